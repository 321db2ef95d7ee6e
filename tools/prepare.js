// Builds the WebAssembly kernels after an install. Plain JavaScript, because an install without development
// dependencies runs on the host's own Node, which may not read TypeScript.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const build = 'packages/backend-wasm/build/build.ts';
const missing = whatIsMissing();
if (missing === undefined) {
  process.exitCode = spawnSync(process.execPath, [build], { stdio: 'inherit' }).status ?? 1;
} else {
  console.log(`WebAssembly kernels not built: ${missing}`);
}

/** @returns {string | undefined} */
function whatIsMissing() {
  if (!existsSync(build)) return `${build} is not there`;
  if (process.features.typescript === undefined || process.features.typescript === false)
    return `Node ${process.versions.node} cannot run TypeScript, Node 24 can`;
  try {
    createRequire(resolve(build)).resolve('assemblyscript/package.json');
  } catch {
    return 'assemblyscript is not installed';
  }
  return undefined;
}
