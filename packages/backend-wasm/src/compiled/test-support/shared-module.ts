import { readFileSync } from 'node:fs';

/** A build of the kernels for shared memory. */
export function sharedModule(build: 'fma' | 'simd'): WebAssembly.Module {
  const file = new URL(`../../../build-output/cairn-${build}-shared.wasm`, import.meta.url);
  return new WebAssembly.Module(readFileSync(file));
}
