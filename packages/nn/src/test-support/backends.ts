/** The TensorFlow.js backends that every numerical suite runs on, and small deterministic numbers. */
import '@tensorflow/tfjs-backend-cpu';
import { memory, ready, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

export interface TestBackend {
  readonly name: string;
  readonly activate: () => Promise<void>;
}

/** The JavaScript backend and, handed in (this file is no test and may not import it), the embedded one. */
export function backendsWith(activateWasm: () => Promise<unknown>): readonly TestBackend[] {
  return [
    {
      name: 'cpu',
      async activate() {
        await setBackend('cpu');
        await ready();
      },
    },
    {
      name: 'wasm',
      async activate() {
        await activateWasm();
      },
    },
  ];
}

/** Numbers in [−1, 1), exact in float32, from a multiplicative hash of the index. */
export function numbers(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    const h = Math.imul((i + 1) ^ Math.imul(seed, 0x9e3779b1), 0x85ebca6b);
    return ((Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 8) - 2 ** 23) / 2 ** 23;
  });
}

/** Largest difference against the largest magnitude of what is expected. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  let scale = 1e-6,
    worst = 0;
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i] ?? NaN));
    const difference = Math.abs((actual[i] ?? NaN) - (expected[i] ?? NaN));
    worst = Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
  }
  expect(worst / scale).toBeLessThan(tolerance);
}

export function expectTensor(actual: Tensor, expected: ArrayLike<number>, tolerance: number): void {
  expectClose(actual.dataSync(), expected, tolerance);
}

/** Runs and checks that as many tensors live after it as before. */
export async function expectNoLeak(run: () => void | Promise<void>): Promise<void> {
  const before = memory().numTensors;
  await run();
  expect(memory().numTensors).toBe(before);
}
