// Before `npm pack`: plain JavaScript with declarations in dist/, the licence, and a package.json that points there.
// After it (`--restore`): the package.json of the workspace again, by which the sources are imported as they are.
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const [manifest, kept, dist, licence] = ['package.json', 'package.workspace.json', 'dist', 'LICENSE'].map(
  (name) => join(root, name),
);

if (existsSync(kept)) renameSync(kept, manifest);
for (const made of [dist, licence]) rmSync(made, { recursive: true, force: true });
if (!process.argv.includes('--restore')) {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '--project', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
  const told = reachable(join(dist, 'index.d.ts'));
  for (const file of readdirSync(dist).map((name) => join(dist, name)))
    if (file.endsWith('.d.ts') && !told.has(file)) rmSync(file);
  copyFileSync(join(root, '../../LICENSE'), licence);
  copyFileSync(manifest, kept);
  const packed = JSON.parse(readFileSync(manifest, 'utf8'));
  delete packed.scripts;
  delete packed.nx;
  packed.exports = { '.': { types: './dist/index.d.ts', default: './dist/index.js' } };
  writeFileSync(manifest, `${JSON.stringify(packed, undefined, 2)}\n`);
}

/** A declaration file and those that it takes from: what a user's compiler reads. */
function reachable(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, name] of readFileSync(file, 'utf8').matchAll(/from '\.\/([\w-]+)\.[jt]s'/g))
    reachable(join(dist, `${name}.d.ts`), found);
  return found;
}
