/**
 * Compiles `assembly/` into `build-output/cairn-fma.wasm` and `cairn-simd.wasm`, and bundles TensorFlow.js's gradients.
 * Skips the work when a hash over the sources, this folder and the versions of the tools has not changed. Run by
 * `npm ci` through the root `prepare` script.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { assertOwnsNoMemory } from './sections.ts';

const root = join(import.meta.dirname, '..');
const sources = join(root, 'assembly');
const output = join(root, 'build-output');
const stamp = join(output, 'sources.sha256');

const instructions = [
  { name: 'cairn-simd', features: ['--enable', 'simd'] },
  { name: 'cairn-fma', features: ['--enable', 'simd', '--enable', 'relaxed-simd'] },
];
/** V8 binds a module to shared or to unshared memory when it is linked: every build comes as both. */
const shared = ['--enable', 'threads', '--sharedMemory', '--maximumMemory', '65536'];
const builds = instructions.flatMap(({ name, features }) => [
  { name, features },
  { name: `${name}-shared`, features: [...features, ...shared] },
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

async function compile(name: string, features: readonly string[]): Promise<void> {
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
    { stderr },
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
  for (const { name, features } of builds) await compile(name, features);
  // The tools are loaded only when there is work.
  const { bundleGradients } = await import('./gradients.ts');
  await bundleGradients(gradients);
  writeFileSync(stamp, hash);
}
