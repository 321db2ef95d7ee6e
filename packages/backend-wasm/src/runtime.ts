/**
 * One instance of the kernel module, bound to the memory of one TensorFlow.js backend. Working memory comes from that
 * backend's allocator: one block per runtime, kept between calls, grown when a call needs more.
 */
import { BackendError } from '@cairn/core';
import type { KernelModule } from './kernel-module.ts';
import type { WasmBackend } from './tfjs-backend.ts';

type Addresses<Sizes extends readonly number[]> = { readonly [Index in keyof Sizes]: number };

export interface Runtime {
  readonly kernels: KernelModule;
  /** Whether convolutions that fit take Winograd's way: faster, with about ten times the rounding error. */
  readonly winograd: boolean;
  /** Reserves one 64-byte aligned block per size in bytes; valid until the next call of `scratch`. */
  scratch<const Sizes extends readonly number[]>(...sizes: Sizes): Addresses<Sizes>;
  /** Writes int32 values at a byte address. */
  readonly writeInts: (address: number, values: readonly number[]) => void;
  /** A view of float32 values at a byte address; stale after the next allocation. */
  floats(address: number, count: number): Float32Array;
  /** Present size of the shared memory. */
  memoryBytes(): number;
}

const alignment = 64;
const roundUp = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;
const runtimes = new WeakMap<object, Runtime>();

/** Instantiates the module on the backend's memory. */
export async function createRuntime(
  module: WebAssembly.Module,
  backend: WasmBackend,
  winograd: boolean,
): Promise<Runtime> {
  const { memory } = backend.wasm.asm;
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  const reserve = createArena(backend);
  return {
    kernels: instance.exports as unknown as KernelModule,
    winograd,
    scratch: <const Sizes extends readonly number[]>(...sizes: Sizes): Addresses<Sizes> => {
      let next = reserve(sizes.reduce((sum, bytes) => sum + roundUp(bytes), 0));
      const addresses = sizes.map((bytes) => {
        const address = next;
        next += roundUp(bytes);
        return address;
      });
      return addresses as unknown as Addresses<Sizes>;
    },
    writeInts: (address, values) => new Int32Array(memory.buffer, address, values.length).set(values),
    floats: (address, count) => new Float32Array(memory.buffer, address, count),
    memoryBytes: () => memory.buffer.byteLength,
  };
}

/** A block that only grows. It is given back with the backend's memory. */
function createArena(backend: WasmBackend): (bytes: number) => number {
  let block = 0;
  let capacity = 0;
  return (bytes) => {
    if (bytes > capacity) {
      if (block !== 0) backend.wasm._free(block);
      block = backend.wasm._malloc(bytes + alignment) >>> 0;
      capacity = block === 0 ? 0 : bytes;
      if (block === 0) throw outOfMemory(bytes);
    }
    return roundUp(block);
  };
}

function outOfMemory(bytes: number): BackendError {
  return new BackendError(
    'CAIRN_BACKEND_MEMORY',
    `The WASM backend has no ${bytes} bytes left for a kernel's scratch.`,
    {
      fix: 'Use a smaller batch, or dispose of tensors that are no longer needed.',
    },
  );
}

export function bindRuntime(backend: object, runtime: Runtime): void {
  runtimes.set(backend, runtime);
}

/** The runtime of the backend that a kernel was called with. */
export function runtimeOf(backend: object): Runtime {
  const runtime = runtimes.get(backend);
  if (runtime === undefined) {
    throw new BackendError(
      'CAIRN_BACKEND_INACTIVE',
      'A training kernel ran on a WASM backend that was not activated.',
      {
        fix: 'Call `await activateWasm()` after creating the backend.',
      },
    );
  }
  return runtime;
}
