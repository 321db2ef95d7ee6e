/** What crosses between TensorFlow.js and the memory of compiled networks. */
import type { Shape } from '@cairn/core';
import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import type { SharedHeap } from './heap.ts';
import { readImages, writeImages, type Storage } from './storage.ts';

/** Copies a batch in. */
export function fillStorage({ memory }: SharedHeap, storage: Storage, x: Tensor): void {
  const values = x.dataSync();
  writeImages(memory, storage, values instanceof Float32Array ? values : Float32Array.from(values));
}

/** The first images as a tensor of the caller's. @param shape of one image */
export function tensorOf({ memory }: SharedHeap, storage: Storage, size: number, shape: Shape): Tensor {
  return tensor(readImages(memory, storage, size), [size, ...shape], 'float32');
}
