/** The kernel module on a memory of its own, for tests: blocks of numbers with canaries before, between and after. */
import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import type { KernelModule } from './kernel-module.ts';

export interface Bench {
  readonly kernels: KernelModule;
  /** Byte address of a new block that holds these numbers. */
  floats(values: ArrayLike<number>): number;
  ints(values: ArrayLike<number>): number;
  /** The block's present numbers. */
  read(address: number): number[];
  /** Throws where something was written outside the blocks. */
  assertCanaries(): void;
}

const canary = 0x5ca1ab1e;
const gap = 64;

/** @param module `fma`, `simd`: a file of `build-output/` */
export async function rawKernels(module: string): Promise<Bench> {
  const bytes = await readFile(new URL(`../build-output/cairn-${module}.wasm`, import.meta.url));
  const memory = new WebAssembly.Memory({ initial: 64 });
  const instance = await WebAssembly.instantiate(await WebAssembly.compile(bytes), { env: { memory } });
  const words = new Int32Array(memory.buffer);
  words.fill(canary);
  const lengths = new Map<number, number>();
  let next = gap;
  const reserve = (length: number): number => {
    const address = next;
    lengths.set(address, length);
    next += Math.ceil((length * 4 + gap) / 16) * 16;
    return address;
  };
  return {
    kernels: instance.exports as unknown as KernelModule,
    floats: (values) => {
      const address = reserve(values.length);
      new Float32Array(memory.buffer, address, values.length).set(values);
      return address;
    },
    ints: (values) => {
      const address = reserve(values.length);
      words.set(values, address / 4);
      return address;
    },
    read: (address) => [...new Float32Array(memory.buffer, address, lengths.get(address))],
    assertCanaries: () => {
      const free = words.slice();
      for (const [address, length] of lengths) free.fill(canary, address / 4, address / 4 + length);
      expect(free.every((word) => word === canary)).toBe(true);
    },
  };
}
