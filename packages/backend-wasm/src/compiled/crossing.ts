/** What crosses between TensorFlow.js and the memory of compiled networks. */
import type { Shape } from '@cairn/core';
import { backend, tensor, type Tensor } from '@tensorflow/tfjs-core';
import { addressOf, isWasmBackend } from '../tfjs-backend.ts';
import type { SharedHeap } from './heap.ts';
import { readImages, writeImages, type Storage } from './storage.ts';

/** Copies a batch in. */
export function fillStorage({ memory }: SharedHeap, storage: Storage, x: Tensor): void {
  writeImages(memory, storage, valuesOf(x));
}

/** Where they are, if TensorFlow.js has them in WebAssembly memory: a batch of images is long to copy twice. */
function valuesOf(x: Tensor): Float32Array {
  const owner = backend();
  if (isWasmBackend(owner) && x.dtype === 'float32' && !x.isDisposed)
    return new Float32Array(owner.wasm.asm.memory.buffer, addressOf(owner, x), x.size);
  const values = x.dataSync();
  return values instanceof Float32Array ? values : Float32Array.from(values);
}

/** The first images as a tensor of the caller's. @param shape of one image */
export function tensorOf({ memory }: SharedHeap, storage: Storage, size: number, shape: Shape): Tensor {
  return tensor(readImages(memory, storage, size), [size, ...shape], 'float32');
}
