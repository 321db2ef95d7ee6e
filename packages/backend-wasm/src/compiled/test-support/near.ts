import { expect } from 'vitest';
import { numbers } from '../../test-support.ts';

/** Largest difference against the largest magnitude of what is expected. */
export function expectNear(actual: readonly number[], expected: readonly number[], tolerance = 1e-5): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(1e-3, ...expected.map(Math.abs));
  actual.forEach((v, i) => expect(Math.abs(v - (expected[i] ?? NaN)) / scale).toBeLessThan(tolerance));
}

/** Deterministic numbers in [-1, 1). */
export function floats(count: number, seed: number): number[] {
  return Array.from(numbers(count, seed));
}
