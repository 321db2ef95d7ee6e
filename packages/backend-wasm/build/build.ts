/**
 * Compiles `assembly/` into the modules of `build-output/` and bundles TensorFlow.js's gradients there.
 * Skips the work when a hash over the sources, this folder and the versions of the tools has not changed. Run by
 * `npm ci` through the root `prepare` script.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { assertOwnsNoMemory } from './sections.ts';
import { tileSource } from './tile-source.ts';

const root = join(import.meta.dirname, '..');
const sources = join(root, 'assembly');
const output = join(root, 'build-output');
const stamp = join(output, 'sources.sha256');

const simd = ['--enable', 'simd'];
const fma = [...simd, '--enable', 'relaxed-simd'];
/** `wide`: with tiles for V8's 256-bit vectors; without them it computes the same bits, slowly. */
const instructions = [
  { name: 'cairn-simd', features: simd, wide: false },
  { name: 'cairn-fma', features: fma, wide: false },
  { name: 'cairn-fma-wide', features: fma, wide: true },
];
/** V8 binds a module to shared or to unshared memory when it is linked: every build comes as both. */
const shared = ['--enable', 'threads', '--sharedMemory', '--maximumMemory', '65536'];
const builds = instructions.flatMap(({ name, features, wide }) => [
  { name, features, wide },
  { name: `${name}-shared`, features: [...features, ...shared], wide },
]);

function versionOf(name: string): string {
  const manifest: unknown = createRequire(import.meta.url)(`${name}/package.json`);
  return `${name}@${(manifest as { version: string }).version}`;
}

function sourceHash(): string {
  const hash = createHash('sha256');
  for (const name of ['assemblyscript', '@tensorflow/tfjs-core', 'rolldown']) hash.update(versionOf(name));
  for (const folder of [sources, import.meta.dirname]) {
    for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)));
  }
  return hash.digest('hex');
}

/** A source file; `tiles.ts` is generated. */
function readSource(file: string, baseDir: string, wide: boolean): string | null {
  const path = join(baseDir, file);
  if (path === join(sources, 'tiles.ts')) return tileSource(wide);
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

async function compile(name: string, features: readonly string[], wide: boolean): Promise<void> {
  const file = `${name}.wasm`;
  const { default: asc } = await import('assemblyscript/asc');
  const stderr = asc.createMemoryStream();
  const { error } = await asc.main(
    [
      'index.ts',
      '--baseDir',
      sources,
      '--outFile',
      join(output, file),
      '--runtime',
      'stub',
      '--importMemory',
      '--noExportMemory',
      '--initialMemory',
      '0',
      '--noAssert',
      '--use',
      'abort=',
      '--optimizeLevel',
      '1',
      '--shrinkLevel',
      '0',
      ...features,
    ],
    { stderr, readFile: (path, baseDir) => readSource(path, baseDir, wide) },
  );
  if (error)
    throw new Error(`AssemblyScript could not compile ${file}:\n${stderr.toString()}`, { cause: error });
  assertOwnsNoMemory(readFileSync(join(output, file)), file);
}

const hash = sourceHash();
const gradients = join(output, 'gradients.js');
const complete = [gradients, ...builds.map(({ name }) => join(output, `${name}.wasm`))].every((file) =>
  existsSync(file),
);
if (!complete || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== hash) {
  mkdirSync(output, { recursive: true });
  for (const { name, features, wide } of builds) await compile(name, features, wide);
  // The tools are loaded only when there is work.
  const { bundleGradients } = await import('./gradients.ts');
  await bundleGradients(gradients);
  writeFileSync(stamp, hash);
}
