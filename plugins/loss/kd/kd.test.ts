import { activateWasm } from '@cairn/backend-wasm';
import {
  createPlugin,
  crossEntropy,
  expectAllClose,
  failureOf,
  klDivergence,
  numericalGradient,
  softmax,
  testDistillLoss,
} from '@cairn/testing';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { kd, kdLoss, kdNeeds, type KdOptions } from './index.ts';

const backends = { cpu: () => tf.setBackend('cpu'), wasm: () => activateWasm() };
const info = (classes: number) => ({ outputs: { logits: [classes] }, taps: {} });
const create = (options: Parameters<typeof kd>[0] = {}) => createPlugin(kd, kd(options));

const setup = { backends, learner: info(7), guide: info(7), classes: 7 };
testDistillLoss('kd', () => create(), setup);
testDistillLoss('kd without labels', () => create({ temperature: 1, ceWeight: 0, kdWeight: 1 }), setup);

const defaults: KdOptions = { temperature: 4, ceWeight: 0.1, kdWeight: 0.9 };
const student = [
  [0.3, -1.2, 2],
  [1.5, 0.5, -0.4],
];
const teacher = [
  [2, 1, -1],
  [0, 3, 0.5],
];
const labels = [2, 1];

/** The formula as it stands in the paper, float64. */
function reference(rows: readonly number[][], { temperature: t, ceWeight, kdWeight }: KdOptions): number {
  const losses = rows.map(
    (row, i) =>
      ceWeight * crossEntropy(row, labels[i] ?? 0) +
      kdWeight * t ** 2 * klDivergence(softmax(teacher[i] ?? [], t), softmax(row, t)),
  );
  return losses.reduce((a, b) => a + b, 0) / rows.length;
}

describe.each(Object.entries(backends))('kd on %s', (_, activate) => {
  beforeAll(async () => void (await activate()));

  const run = (rows: number[][], guide: number[][], options: KdOptions, y = labels) =>
    tf.tidy(() => {
      const { total, parts } = kdLoss(
        {
          learner: { logits: tf.tensor2d(rows) },
          guide: { logits: tf.tensor2d(guide) },
          labels: tf.tensor1d(y, 'int32'),
        },
        options,
      );
      return [total, parts['ce'], parts['kd']].map((scalar) => scalar?.dataSync()[0] ?? NaN);
    });
  const gradient = (rows: number[][], guide: number[][], options: KdOptions) =>
    tf.tidy(() => {
      const f = (logits: tf.Tensor) =>
        kdLoss(
          {
            learner: { logits },
            guide: { logits: tf.tensor2d(guide) },
            labels: tf.tensor1d(labels, 'int32'),
          },
          options,
        ).total;
      return tf.grad(f)(tf.tensor2d(rows)).dataSync();
    });

  test('by hand: a guide that is sure to 3/4 at its temperature, a learner that knows nothing', () => {
    // p_t = (3/4, 1/4), p_s = (1/2, 1/2): KL = 3/4·log(3/2) + 1/4·log(1/2) = 0.1308; the other way round 0.1438.
    const kl = 0.75 * Math.log(1.5) + 0.25 * Math.log(0.5);
    const [total, ce, soft] = run([[0, 0]], [[4 * Math.log(3), 0]], defaults, [0]);
    expect(ce).toBeCloseTo(Math.LN2, 6);
    expect(soft).toBeCloseTo(16 * kl, 5);
    expect(total).toBeCloseTo(0.1 * Math.LN2 + 0.9 * 16 * kl, 5);
  });

  test.each<KdOptions>([
    defaults,
    { temperature: 1, ceWeight: 0, kdWeight: 1 },
    { temperature: 2.5, ceWeight: 1, kdWeight: 0.4 },
  ])('value and gradient against float64 at %o', (options) => {
    expect(run(student, teacher, options)[0]).toBeCloseTo(reference(student, options), 5);
    const expected = numericalGradient(
      (z) => reference([[...z.subarray(0, 3)], [...z.subarray(3)]], options),
      student.flat(),
    );
    expectAllClose(gradient(student, teacher, options), expected, 2e-6);
  });

  test('a learner that equals its guide has nothing to learn from it', () => {
    const soft = { ...defaults, ceWeight: 0 };
    expect(Math.abs(run(teacher, teacher, soft)[0] ?? NaN)).toBeLessThan(1e-6);
    expectAllClose(gradient(teacher, teacher, soft), new Array<number>(6).fill(0), 1e-7);
  });

  test('leaves the caller three scalars and nothing else', () => {
    const input = {
      learner: { logits: tf.tensor2d(student) },
      guide: { logits: tf.tensor2d(teacher) },
      labels: tf.tensor1d(labels, 'int32'),
    };
    const before = tf.memory().numTensors;
    const { total, parts } = kdLoss(input, defaults);
    expect(tf.memory().numTensors).toBe(before + 3);
    tf.dispose([total, parts, input]);
    expect(tf.memory().numTensors).toBe(before - 3);
  });

  test('temperature law: logits and temperature doubled give the same KL, so four times the kd', () => {
    const twice = (rows: number[][]) => rows.map((row) => row.map((z) => 2 * z));
    const [, , at2] = run(student, teacher, { ...defaults, temperature: 2 });
    const [, , at4] = run(twice(student), twice(teacher), { ...defaults, temperature: 4 });
    expect(at4).toBeCloseTo(4 * (at2 ?? NaN), 5);
  });
});

test('a study without a guide or with other classes is refused before it starts', async () => {
  expect(await failureOf(() => kdNeeds(info(10)))).toMatchInlineSnapshot(`
    "CAIRN_LOSS_GUIDE loss kd: this update has no guide to learn from
    crossEntropy() learns from labels alone; or a curriculum with a teacher"
  `);
  expect(await failureOf(() => kdNeeds(info(10), info(100)))).toMatchInlineSnapshot(`
    "CAIRN_LOSS_SHAPE loss kd: the learner has 10 classes, the guide 100
    a route and a student of one data set"
  `);
});

test('two weights of 0 are refused', async () => {
  expect(await failureOf(() => create({ ceWeight: 0, kdWeight: 0 }))).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID loss: got {"ceWeight":0,"kdWeight":0}
    at least one weight above 0: with none nothing is learnt"
  `);
});
