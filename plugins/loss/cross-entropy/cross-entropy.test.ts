import { activateWasm } from '@cairn/backend-wasm';
import {
  createPlugin,
  crossEntropy as reference,
  expectAllClose,
  numericalGradient,
  testDistillLoss,
} from '@cairn/testing';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { crossEntropy, crossEntropyLoss } from './index.ts';

const backends = { cpu: () => tf.setBackend('cpu'), wasm: () => activateWasm() };

testDistillLoss('cross-entropy', () => createPlugin(crossEntropy, crossEntropy()), {
  backends,
  learner: { outputs: { logits: [7] }, taps: {} },
  classes: 7,
});

describe.each(Object.entries(backends))('cross-entropy on %s', (_, activate) => {
  beforeAll(async () => void (await activate()));

  const value = (rows: number[][], labels: number[]) =>
    tf.tidy(() => {
      const input = { learner: { logits: tf.tensor2d(rows) }, labels: tf.tensor1d(labels, 'int32') };
      const { total, parts } = crossEntropyLoss(input);
      const [value, part] = [total, parts['ce']].map((scalar) => scalar?.dataSync()[0] ?? NaN);
      expect(part).toBeCloseTo(value ?? NaN, 12);
      return value;
    });

  test('by hand: probabilities 1/2 and 1/4 of the true class', () => {
    const log2 = Math.log(2);
    // exp of the logits: 1, 1, 2 and 1, 2, 1: (log 2 + log 4)/2.
    expect(
      value(
        [
          [0, 0, log2],
          [0, log2, 0],
        ],
        [2, 2],
      ),
    ).toBeCloseTo(1.5 * log2, 6);
    // Never below 0, and 0 for a sure right answer.
    expect(value([[200, 0]], [0])).toBeCloseTo(0, 12);
    expect(value([[0, 200]], [0])).toBe(200);
  });

  test('leaves the caller what it returns and nothing else', () => {
    const input = { learner: { logits: tf.tensor2d([[0, 1]]) }, labels: tf.tensor1d([1], 'int32') };
    const before = tf.memory().numTensors;
    const { total, parts } = crossEntropyLoss(input);
    tf.dispose([total, parts]);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(input);
  });

  test('gradient against float64 differences', () => {
    const rows = [0.3, -1.2, 2, 0.5, 1.5, -0.4];
    const labels = [2, 0];
    const expected = numericalGradient(
      (z) => (reference([...z.subarray(0, 3)], 2) + reference([...z.subarray(3)], 0)) / 2,
      rows,
    );
    const found = tf.tidy(() => {
      const f = (logits: tf.Tensor) =>
        crossEntropyLoss({ learner: { logits }, labels: tf.tensor1d(labels, 'int32') }).total;
      return tf
        .grad(f)(tf.tensor2d(rows, [2, 3]))
        .dataSync();
    });
    expectAllClose(found, expected, 1e-6);
  });
});
