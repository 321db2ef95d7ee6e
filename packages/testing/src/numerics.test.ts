import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import {
  crossEntropy,
  expectAllClose,
  gradientCheck,
  klDivergence,
  numericalGradient,
  softmax,
} from './numerics.ts';

beforeAll(async () => void (await tf.setBackend('cpu')));

test('softmax, KL and cross-entropy by hand', () => {
  expectAllClose(softmax([0, Math.log(3)]), [0.25, 0.75], 1e-15);
  expectAllClose(softmax([0, 2 * Math.log(3)], 2), [0.25, 0.75], 1e-15);
  expect(klDivergence([0.75, 0.25], [0.5, 0.5])).toBeCloseTo(0.75 * Math.log(1.5) - 0.25 * Math.log(2), 14);
  expect(klDivergence([1, 0], [0.5, 0.5])).toBeCloseTo(Math.log(2), 14);
  expect(crossEntropy([0, Math.log(3)], 0)).toBeCloseTo(Math.log(4), 14);
});

test('differences give the gradient of a polynomial', () => {
  expectAllClose(
    numericalGradient((x) => (x[0] ?? 0) ** 2 * (x[1] ?? 0), [3, 2]),
    [12, 9],
    1e-8,
  );
});

/** Σ x³ with a gradient that is off by a factor. */
function cubes(factor: number) {
  const f = tf.customGrad((x) => ({
    value: tf.sum(tf.pow(x as tf.Tensor, 3)),
    gradFunc: (dy: tf.Tensor) => tf.mul(dy, tf.mul(tf.square(x as tf.Tensor), 3 * factor)),
  }));
  return (x: tf.Tensor) => f(x) as tf.Scalar;
}

test('a gradient check passes true gradients, fails false ones, and leaves nothing behind', async () => {
  const x = tf.tensor2d([0.5, -1, 2, 1.5], [2, 2]);
  const before = tf.memory().numTensors;
  await gradientCheck(cubes(1), x);
  await expect(gradientCheck(cubes(1.02), x)).rejects.toThrow('element 2');
  await expect(gradientCheck(cubes(-1), x)).rejects.toThrow('element 2');
  expect(tf.memory().numTensors).toBe(before);
  x.dispose();
});
