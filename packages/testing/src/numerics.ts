import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/** softmax(z/T) in float64, the plain formula. */
export function softmax(logits: readonly number[], temperature = 1): number[] {
  const powers = logits.map((z) => Math.exp((z - Math.max(...logits)) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** KL(p ‖ q) = Σ p·log(p/q) in nats of two distributions, float64: the formula as the papers print it. */
export function klDivergence(p: readonly number[], q: readonly number[]): number {
  return p.reduce((sum, pk, k) => sum + (pk === 0 ? 0 : pk * Math.log(pk / (q[k] as number))), 0);
}

/** Cross-entropy −log softmax(z)_y in nats, float64. */
export function crossEntropy(logits: readonly number[], label: number): number {
  return -Math.log(softmax(logits)[label] as number);
}

/**
 * Central differences of a float64 function: the truth that a gradient is held against.
 * @param h @default 1e-5, good to about 1e-9 where the function is of order 1
 */
export function numericalGradient(f: (x: Float64Array) => number, x: ArrayLike<number>, h = 1e-5): number[] {
  return Array.from(x, (value, i) => {
    const at = (shift: number): number => {
      const moved = Float64Array.from(x);
      moved[i] = value + shift;
      return f(moved);
    };
    return (at(h) - at(-h)) / (2 * h);
  });
}

export interface GradientCheckOptions {
  /** Step of the central differences. @default 1e-2: float32 values allow no smaller one */
  readonly h?: number;
  /** Allowed difference, relative to the largest gradient. @default 5e-3 */
  readonly tolerance?: number;
}

/**
 * Holds the tfjs gradient of a scalar function against central differences of the function itself, on the
 * active backend. For functions without a float64 twin; with one, `numericalGradient` is far sharper.
 */
export async function gradientCheck(
  f: (x: tf.Tensor) => tf.Scalar,
  x: tf.Tensor,
  { h = 1e-2, tolerance = 5e-3 }: GradientCheckOptions = {},
): Promise<void> {
  const values = await x.data();
  const expected = numericalGradient((moved) => valueAt(f, moved, x.shape), values, h);
  const gradient = tf.grad(f)(x);
  const found = Array.from(await gradient.data());
  gradient.dispose();
  const scale = Math.max(1e-3, ...expected.map(Math.abs));
  expectAllClose(found, expected, tolerance * scale);
}

/** Same length, and no element further off than `tolerance`. */
export function expectAllClose(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  expect(found.length).toBe(expected.length);
  const off = Array.from(expected, (value, i) => Math.abs((found[i] as number) - value));
  const worst = off.reduce((w, d, i) => (d <= (off[w] as number) ? w : i), 0);
  const message = `element ${worst}: ${found[worst]}, expected ${expected[worst]} ± ${tolerance}`;
  expect(
    off.every((d) => d <= tolerance),
    message,
  ).toBe(true);
}

function valueAt(f: (x: tf.Tensor) => tf.Scalar, values: Float64Array, shape: number[]): number {
  return tf.tidy(() => f(tf.tensor(Float32Array.from(values), shape, 'float32')).dataSync()[0] as number);
}
