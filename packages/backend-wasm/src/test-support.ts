/** Helpers of this package's tests: seeded numbers, errors, canaries around a kernel's tensors. */
import { engine, tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import type { Build } from './builds.ts';

/** The builds whose kernels differ; the `winograd` ones differ in convolutions only. */
export const builds: readonly Build[] = ['fma', 'simd'];

/** Numbers in [−1, 1) from a small generator (mulberry32). */
export function numbers(count: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 31 - 1;
  });
}

export function randomTensor(shape: readonly number[], seed: number): Tensor {
  return tensor(
    numbers(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    [...shape],
  );
}

/** Largest difference, relative to the largest magnitude of the reference (at least 1e-30). */
export function relativeError(actual: ArrayLike<number>, reference: ArrayLike<number>): number {
  expect(actual.length).toBe(reference.length);
  let difference = 0;
  let size = 1e-30;
  for (let i = 0; i < reference.length; i++) {
    difference = Math.max(difference, Math.abs((actual[i] ?? NaN) - (reference[i] ?? NaN)));
    size = Math.max(size, Math.abs(reference[i] ?? NaN));
  }
  return difference / size;
}

const canary = Math.fround(1234.5);

/**
 * Runs a kernel by name with guard tensors allocated right before, between and after its inputs and outputs, and checks
 * that inputs (unless `writes` lists them) and guards are untouched. Returns the outputs' values; frees everything.
 */
export function runGuarded(
  name: string,
  inputs: Readonly<Record<string, Tensor>>,
  attributes: object,
  writes: readonly string[] = [],
): Float32Array[] {
  const guard = (): Tensor => tensor1d(new Float32Array(37).fill(canary));
  const guards = [guard()];
  const copies: NamedTensorMap = {};
  for (const [key, value] of Object.entries(inputs)) {
    copies[key] = tensor(value.dataSync(), value.shape, value.dtype);
    guards.push(guard());
  }
  const result = engine().runKernel<Tensor | Tensor[]>(name, copies, attributes as Record<string, number>);
  const outputs = Array.isArray(result) ? result : [result];
  guards.push(guard());
  const values = outputs.map((output) => output.dataSync() as Float32Array);
  for (const [key, value] of Object.entries(inputs)) {
    if (writes.includes(key)) values.push((copies[key] as Tensor).dataSync() as Float32Array);
    else expect((copies[key] as Tensor).dataSync()).toEqual(value.dataSync());
  }
  for (const tensors of guards) expect(new Set(tensors.dataSync())).toEqual(new Set([canary]));
  for (const used of [...outputs, ...guards, ...Object.values(copies)]) used.dispose();
  return values;
}

/** (f(x + h) − f(x − h)) / 2h in one component of x. */
export function centralDifference(f: (x: Tensor) => Tensor, x: Tensor, at: number, step = 0.25): number {
  const shifted = (by: number): number =>
    tidy(() => {
      const data = x.dataSync().slice();
      data[at] = (data[at] ?? NaN) + by;
      return f(tensor(data, x.shape)).dataSync()[0] ?? NaN;
    });
  return (shifted(step) - shifted(-step)) / (2 * step);
}
