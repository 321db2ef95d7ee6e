// Before `npm pack`: plain JavaScript and declarations in dist/, and a package.json that points there.
// After it (`--restore`): the package.json of the workspace again, by which the sources are imported as they are.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const [manifest, kept, dist] = ['package.json', 'package.workspace.json', 'dist'].map((name) =>
  join(root, name),
);

if (existsSync(kept)) renameSync(kept, manifest);
if (!process.argv.includes('--restore')) {
  rmSync(dist, { recursive: true, force: true });
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '--project', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
  copyFileSync(join(root, '../../LICENSE'), join(dist, 'LICENSE'));
  copyFileSync(manifest, kept);
  const packed = JSON.parse(readFileSync(manifest, 'utf8'));
  delete packed.scripts;
  delete packed.nx;
  packed.exports = { '.': { types: './dist/index.d.ts', default: './dist/index.js' } };
  writeFileSync(manifest, `${JSON.stringify(packed, undefined, 2)}\n`);
}
