/**
 * Ordinary TensorFlow.js programs (pieces of losses and adapters) trained on WASM: value and gradient of every one must
 * agree with TensorFlow.js's own CPU backend.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { activateWasm } from './index.ts';
import { centralDifference, numbers, relativeError } from './test-support.ts';

type Program = (x: tf.Tensor) => tf.Tensor;
const constant = (shape: number[], seed = 5): tf.Tensor =>
  tf.tensor(
    numbers(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    shape,
  );
const image = [2, 6, 6, 4];
const as2d = (x: tf.Tensor): tf.Tensor2D => x as tf.Tensor2D;
const as3d = (x: tf.Tensor): tf.Tensor3D => x as tf.Tensor3D;
const as4d = (x: tf.Tensor): tf.Tensor4D => x as tf.Tensor4D;
const filter = (...shape: number[]): tf.Tensor4D => as4d(constant(shape));
const ids = (...values: number[]): tf.Tensor1D => tf.tensor1d(values, 'int32');

const programs: Record<string, readonly [shape: number[], program: Program]> = {
  conv2d: [image, (x) => tf.conv2d(as4d(x), filter(3, 3, 4, 5), 2, 'same')],
  conv2dTranspose: [image, (x) => tf.conv2dTranspose(as4d(x), filter(3, 3, 5, 4), [2, 12, 12, 5], 2, 'same')],
  depthwiseConv2d: [image, (x) => tf.depthwiseConv2d(as4d(x), filter(3, 3, 4, 2), 1, 'same')],
  separableConv2d: [
    image,
    (x) => tf.separableConv2d(as4d(x), filter(3, 3, 4, 1), filter(1, 1, 4, 3), 1, 'same'),
  ],
  conv1d: [[2, 9, 4], (x) => tf.conv1d(as3d(x), constant([3, 4, 5]) as tf.Tensor3D, 1, 'same')],
  fusedConv2d: [
    image,
    (x) =>
      tf.fused.conv2d({
        x: as4d(x),
        filter: filter(3, 3, 4, 8),
        strides: 1,
        pad: 'same',
        bias: constant([8]),
        activation: 'relu',
      }),
  ],
  avgPool3d: [[1, 4, 4, 4, 2], (x) => tf.avgPool3d(x as tf.Tensor5D, 2, 2, 'valid')],
  'conv3d, filter': [
    [2, 2, 2, 2, 3],
    (x) => tf.conv3d(constant([1, 4, 4, 4, 2]) as tf.Tensor5D, x as tf.Tensor5D, 1, 'same'),
  ],
  'maxPool of negative values': [image, (x) => tf.maxPool(as4d(tf.sub(x, 3)), 2, 2, 'valid')],
  'maxPool of odd sizes': [[2, 5, 7, 3], (x) => tf.maxPool(as4d(x), [2, 3], [2, 1], 'same')],
  'max of negative values': [[3, 5], (x) => tf.max(tf.sub(x, 3), 1)],
  'overlapping maxPool': [image, (x) => tf.maxPool(as4d(x), 3, 1, 'same')],
  avgPool: [image, (x) => tf.avgPool(as4d(x), 3, 2, 'valid')],
  maxPool: [image, (x) => tf.maxPool(as4d(x), 2, 2, 'valid')],
  resizeBilinear: [image, (x) => tf.image.resizeBilinear(as4d(x), [9, 4])],
  // One image: the CPU backend's gradient is wrong for the second (it reads past dy).
  resizeNearest: [[1, 6, 6, 4], (x) => tf.image.resizeNearestNeighbor(as4d(x), [3, 3])],
  localResponseNormalization: [image, (x) => tf.localResponseNormalization(as4d(x))],
  batchNorm: [
    image,
    (x) => tf.batchNorm(x, constant([4]), tf.abs(constant([4], 6)), constant([4], 7), constant([4], 8)),
  ],
  moments: [image, (x) => tf.add(tf.moments(x, [0, 1, 2]).variance, tf.moments(x, [0, 1, 2]).mean)],
  matMul: [[3, 4], (x) => tf.matMul(as2d(x), constant([5, 4]), false, true)],
  'matMul, batch': [[2, 3, 4], (x) => tf.matMul(x, x, false, true)],
  gram: [image, (x) => tf.matMul(tf.reshape(x, [2, 36, 4]), tf.reshape(x, [2, 36, 4]), true, false)],
  dot: [[4], (x) => tf.dot(x, constant([4]))],
  gather: [[5, 3], (x) => tf.gather(x, ids(4, 0, 0, 2))],
  'gather, axis 1': [
    [3, 5, 2],
    (x) =>
      tf.gather(
        x,
        tf.tensor2d(
          [
            [4, 0],
            [0, 2],
          ],
          [2, 2],
          'int32',
        ),
        1,
      ),
  ],
  gatherND: [[5, 3], (x) => tf.mul(x, tf.oneHot(ids(0, 1, 2, 0, 1), 3))],
  softmax: [[3, 5], (x) => tf.softmax(as2d(x))],
  logSoftmax: [[3, 5], (x) => tf.logSoftmax(x)],
  logSumExp: [[3, 5], (x) => tf.logSumExp(x, 1)],
  softmaxCrossEntropy: [[3, 5], (x) => tf.losses.softmaxCrossEntropy(tf.oneHot(ids(1, 0, 4), 5), x)],
  sigmoidCrossEntropy: [[3, 5], (x) => tf.losses.sigmoidCrossEntropy(tf.oneHot(ids(1, 0, 4), 5), x)],
  huber: [[3, 5], (x) => tf.losses.huberLoss(constant([3, 5]), x)],
  cosineDistance: [[3, 5], (x) => tf.losses.cosineDistance(constant([3, 5]), x, 1)],
  squaredDifference: [[3, 5], (x) => tf.squaredDifference(x, constant([5]))],
  normalise: [[3, 5], (x) => tf.div(x, tf.norm(x, 'euclidean', 1, true))],
  'norm, 1': [[3, 5], (x) => tf.norm(x, 1, 1)],
  pow: [[3, 5], (x) => tf.pow(tf.add(tf.abs(x), 0.5), tf.scalar(2.5))],
  'sqrt, rsqrt, log': [
    [7],
    (x) => tf.mul(tf.sqrt(tf.add(tf.square(x), 1)), tf.rsqrt(tf.add(tf.exp(x), tf.log1p(tf.abs(x))))),
  ],
  'elu, selu, gelu parts': [[9], (x) => tf.add(tf.elu(x), tf.mul(tf.selu(x), tf.erf(x)))],
  'relu6, leakyRelu, prelu': [
    [9],
    (x) => tf.add(tf.relu6(tf.mul(x, 8)), tf.mul(tf.leakyRelu(x, 0.1), tf.prelu(x, constant([9])))),
  ],
  'softplus, sigmoid, tanh': [[9], (x) => tf.mul(tf.softplus(x), tf.mul(tf.sigmoid(x), tf.tanh(x)))],
  'max, min': [[3, 5], (x) => tf.sub(tf.max(x, 1), tf.min(x, 1))],
  'maximum, minimum, clip': [
    [9],
    (x) => tf.clipByValue(tf.add(tf.maximum(x, constant([9])), tf.minimum(x, 0.1)), -0.9, 0.9),
  ],
  where: [[9], (x) => tf.where(tf.greater(constant([9]), 0), tf.mul(x, 3), tf.square(x))],
  cumsum: [[3, 5], (x) => tf.cumsum(x, 1)],
  prod: [[3, 4], (x) => tf.prod(tf.add(x, 2), 1)],
  'concat, split': [[4, 6], (x) => tf.concat(tf.split(x, 3, 1).reverse(), 0)],
  'stack, unstack': [[3, 5], (x) => tf.stack(tf.unstack(x, 1).slice(1), 0)],
  'slice, pad, reverse': [
    [4, 6],
    (x) =>
      tf.reverse(
        tf.pad(tf.slice(x, [1, 1], [2, 4]), [
          [1, 0],
          [0, 2],
        ]),
        1,
      ),
  ],
  'mirror pad': [
    [4, 6],
    (x) =>
      tf.mirrorPad(
        x,
        [
          [1, 1],
          [2, 0],
        ],
        'reflect',
      ),
  ],
  'transpose, tile': [[2, 3, 4], (x) => tf.tile(tf.transpose(x, [2, 0, 1]), [1, 2, 2])],
  'space to depth': [
    [2, 4, 4, 3],
    (x) =>
      tf.spaceToBatchND(
        x,
        [2, 2],
        [
          [0, 0],
          [0, 0],
        ],
      ),
  ],
  'sort by topk values': [[3, 5], (x) => tf.sum(tf.mul(x, tf.topk(constant([3, 5]), 5).values))],
  'pairwise distances': [
    [5, 3],
    (x) => tf.sum(tf.square(tf.sub(tf.expandDims(x, 0), tf.expandDims(x, 1))), 2),
  ],
  sinkhorn: [
    [4, 4],
    (x) => tf.div(tf.exp(x), tf.mul(tf.sum(tf.exp(x), 0, true), tf.sum(tf.exp(x), 1, true))),
  ],
};

/** Leaves NaN in the memory that the next allocations get, so that a kernel that adds to uninitialised memory shows. */
function poison(): void {
  const tensors = Array.from({ length: 60 }, (_, i) => tf.fill([16 << (i % 6)], NaN));
  tf.dispose(tensors);
}

/** Value and gradient of Σ program(x)·weights, where the weights make every output count differently. */
function evaluate(
  shape: number[],
  program: Program,
): { value: ArrayLike<number>; gradient: ArrayLike<number> } {
  poison();
  return tf.tidy(() => {
    const x = constant(shape, 1);
    const value = program(x);
    const gradient = tf.grad((t: tf.Tensor) => tf.sum(tf.mul(program(t), constant(value.shape, 2))))(x);
    return { value: value.dataSync(), gradient: gradient.dataSync() };
  });
}

beforeAll(async () => {
  await activateWasm();
});
afterAll(() => tf.setBackend('wasm'));

test.each(Object.entries(programs))('%s', async (_name, [shape, program]) => {
  await tf.setBackend('cpu');
  const expected = evaluate(shape, program);
  await tf.setBackend('wasm');
  const before = tf.memory().numTensors;
  const actual = evaluate(shape, program);
  expect(tf.memory().numTensors).toBe(before);
  expect(relativeError(actual.value, expected.value)).toBeLessThan(1e-5);
  expect(relativeError(actual.gradient, expected.gradient)).toBeLessThan(1e-5);
});

test.each([
  ['same', 3, 2],
  ['same', 2, 1],
  [1, 3, 2],
] as const)(
  'the gradient of avgPool with padding %s, window %i, stride %i agrees with central differences',
  async (pad, window, stride) => {
    await tf.setBackend('wasm');
    const x = constant([2, 5, 6, 3]);
    const pooled = (t: tf.Tensor): tf.Tensor =>
      tf.avgPool(as4d(t), window, stride, pad, pad === 'same' ? undefined : 'floor');
    const weights = constant(pooled(x).shape, 3);
    const loss = (t: tf.Tensor): tf.Tensor => tf.sum(tf.mul(pooled(t), weights));
    const gradient = tf.grad(loss)(x).dataSync();
    for (let at = 0; at < x.size; at += 7)
      expect(gradient[at]).toBeCloseTo(centralDifference(loss, x, at), 4);
  },
);

test('kernels that stock TensorFlow.js computes wrongly are refused', async () => {
  await tf.setBackend('wasm');
  expect(() =>
    tf.maxPool3d(constant([1, 2, 2, 2, 1]) as tf.Tensor5D, 2, 2, 'valid'),
  ).toThrowErrorMatchingInlineSnapshot(
    `[BackendError: TensorFlow.js 4.22 computes MaxPool3D wrongly on WASM (windows without a positive value give 0).]`,
  );
});

test.each(['ij,jk->ik', 'bij,bjk->bik', 'i,j->ij', 'ij,ij->i', 'ijk->kj'])(
  'einsum %s (forward)',
  async (equation) => {
    const sizes: Record<string, number> = { b: 2, i: 3, j: 4, k: 5 };
    const shapes = (equation.split('->')[0] ?? '')
      .split(',')
      .map((term) => [...term].map((letter) => sizes[letter] ?? NaN));
    const results = [];
    for (const backend of ['cpu', 'wasm']) {
      await tf.setBackend(backend);
      results.push(tf.einsum(equation, ...shapes.map((shape, i) => constant(shape, i))).dataSync());
    }
    expect(relativeError(results[1] ?? [], results[0] ?? [])).toBeLessThan(1e-6);
  },
);

test('segment sums drop foreign ids and keep int32 exact', async () => {
  await tf.setBackend('wasm');
  expect([...tf.unsortedSegmentSum(tf.tensor1d([1, 2, 4, 8]), ids(1, -1, 1, 3), 3).dataSync()]).toEqual([
    0, 5, 0,
  ]);
  const whole = tf.unsortedSegmentSum(
    tf.tensor2d(
      [
        [2 ** 25 + 1, 1],
        [2, 3],
      ],
      [2, 2],
      'int32',
    ),
    ids(0, 0),
    1,
  );
  expect([whole.dtype, ...whole.dataSync()]).toEqual(['int32', 2 ** 25 + 3, 4]);
});
