/** A small network trained for 500 steps through every kernel of ours: the loss falls, nothing leaks, nothing grows. */
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { activateWasm } from './index.ts';
import { randomTensor } from './test-support.ts';

const run = (name: string, inputs: tf.NamedTensorMap, attributes: tf.NamedAttrMap): tf.Tensor[] =>
  tf.engine().runKernel<tf.Tensor[]>(name, inputs, attributes);

const norm = { epsilon: 1e-5, relu: true };
const conv = { strides: 1, pad: 'same', dimRoundingMode: 'floor' };
const rule = {
  learningRate: 0.02,
  momentum: 0.9,
  dampening: 0,
  nesterov: true,
  weightDecay: 1e-4,
  first: false,
};

test('500 steps', async () => {
  await activateWasm();
  const heap = (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm;
  // The sign of a class's colour is learnable; pure noise would not be.
  const colours = tf.tensor([1, 1, 1, -1, 1, -1, -1, 1, 1, 1, -1, -1], [4, 1, 1, 3]);
  const x = tf.add(randomTensor([8, 8, 8, 3], 1), tf.tile(colours, [2, 1, 1, 1]));
  const labels = tf.tensor1d([0, 1, 2, 3, 0, 1, 2, 3], 'int32');
  const filter = tf.variable(randomTensor([3, 3, 3, 8], 2));
  const gamma = tf.variable(tf.ones([8]));
  const beta = tf.variable(tf.zeros([8]));
  const head = tf.variable(randomTensor([8, 4], 3)) as tf.Tensor as tf.Tensor2D;
  const weights = [filter, gamma, beta, head];
  const velocities = weights.map((w) => tf.variable(tf.zerosLike(w)));
  const step = (): number =>
    tf.tidy(() => {
      const c = tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor as tf.Tensor4D, 1, 'same');
      const [y, mean, variance] = run('CairnBatchNormTrain', { x: c, gamma, beta }, norm) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      const features = tf.mean<tf.Tensor2D>(y, [1, 2]);
      const student = tf.matMul(features, head);
      const [ce, , dLogits] = run(
        'CairnSoftmaxCeKl',
        { student, labels },
        { temperature: 1, ceWeight: 1, klWeight: 0 },
      ) as tf.Tensor2D[];
      const dHead = tf.matMul(features, dLogits as tf.Tensor2D, true);
      const dFeatures = tf.div(tf.matMul(dLogits as tf.Tensor2D, head, false, true), 64);
      const dy = tf.tile(tf.reshape(dFeatures, [8, 1, 1, 8]), [1, 8, 8, 1]);
      const [dc, dGamma, dBeta] = run(
        'CairnBatchNormTrainGrad',
        { dy, x: c, gamma, beta, mean, variance },
        norm,
      ) as [tf.Tensor, tf.Tensor, tf.Tensor];
      const dFilter = tf
        .engine()
        .runKernel<tf.Tensor>('Conv2DBackpropFilter', { x, dy: dc }, { ...conv, filterShape: [3, 3, 3, 8] });
      tf.engine().runKernel('Conv2DBackpropInput', { dy: dc, filter }, { ...conv, inputShape: [8, 8, 8, 3] });
      [dFilter, dGamma, dBeta, dHead].forEach((g, i) =>
        run('CairnMomentumUpdate', { w: weights[i] as tf.Tensor, g, v: velocities[i] as tf.Tensor }, rule),
      );
      return ce?.dataSync()[0] ?? NaN;
    });
  const losses = Array.from({ length: 10 }, step);
  const before = { ...tf.memory(), heap: heap.HEAPU8.byteLength };
  for (let i = 0; i < 500; i++) losses.push(step());
  expect({ ...tf.memory(), heap: heap.HEAPU8.byteLength }).toEqual(before);
  expect(losses[0]).toBeGreaterThan(1);
  expect(losses.at(-1)).toBeLessThan(0.05);
});
