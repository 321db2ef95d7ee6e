/** The kernels on a memory of their own, without TensorFlow.js: for benchmarks and tests. */
import { readFile } from 'node:fs/promises';
import type { Runtime } from './runtime.ts';
import { createRuntime } from './runtime.ts';
import type { WasmBackend } from './tfjs-backend.ts';

export { convFilterGrad } from './conv-filter-grad.ts';
export { convForward, convInputGrad } from './conv-pass.ts';
export type { ConvGeometry } from './conv-phases.ts';
export { depthwiseFilterGrad } from './depthwise-grad.ts';
export { depthwiseForward, depthwiseInputGrad } from './depthwise-pass.ts';
export type { Runtime } from './runtime.ts';

export interface Standalone {
  /** Convolutions that fit take Winograd's way. */
  readonly winograd: Runtime;
  readonly direct: Runtime;
  /** Byte address of a new block, 64-byte aligned. */
  allocate(bytes: number): number;
}

/** @param megabytes size of the memory; half of it is the two runtimes' scratch */
export async function standaloneKernels(
  build: 'fma' | 'simd' | 'fma-wide',
  megabytes: number,
): Promise<Standalone> {
  const file = new URL(`../build-output/cairn-${build}.wasm`, import.meta.url);
  const module = await WebAssembly.compile(new Uint8Array(await readFile(file)));
  const memory = new WebAssembly.Memory({ initial: megabytes * 16 });
  let next = 64;
  const allocate = (bytes: number): number => {
    const address = next;
    next += Math.ceil(bytes / 64) * 64 + 64;
    return address;
  };
  const backend = {
    wasm: { asm: { memory }, _malloc: allocate, _free: () => undefined },
  } as unknown as WasmBackend;
  const [winograd, direct] = [
    await createRuntime(module, backend, true),
    await createRuntime(module, backend, false),
  ];
  for (const runtime of [winograd, direct]) runtime.scratch(megabytes * 2 ** 18 - 128);
  return { winograd, direct, allocate };
}
