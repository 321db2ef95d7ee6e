import {
  conv2d,
  depthwiseConv2d,
  engine,
  fused,
  matMul,
  memory,
  prelu,
  sub,
  tensor,
  tensor2d,
  variable,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { activateWasm } from './index.ts';
import { builds, randomTensor, relativeError, runGuarded } from './test-support.ts';

const rule = {
  learningRate: 0.1,
  momentum: 0.9,
  dampening: 0,
  nesterov: false,
  weightDecay: 5e-4,
  first: false,
};

describe.each(builds)('build %s', (build) => {
  beforeAll(async () => {
    await activateWasm({ build });
  });

  test.each([1, 3, 4, 33])('CairnReluGrad of %i values', (size) => {
    const dy = randomTensor([size], 1);
    const y = randomTensor([size], 2);
    const expected = dy.dataSync().map((v, i) => ((y.dataSync()[i] ?? NaN) > 0 ? v : 0));
    expect(runGuarded('CairnReluGrad', { dy, y }, {})[0]).toEqual(expected);
    const [atZero] = runGuarded('CairnReluGrad', { dy: tensor([5, 5, 5]), y: tensor([0, -0, 1e-30]) }, {});
    expect([...(atZero ?? [])]).toEqual([0, 0, 5]);
  });

  const rules = [
    rule,
    { ...rule, first: true },
    { ...rule, nesterov: true },
    { ...rule, dampening: 0.3 },
    { ...rule, dampening: 0.3, first: true, nesterov: true },
    { ...rule, momentum: 0, weightDecay: 0 },
  ];
  test.each(rules)('CairnMomentumUpdate %o', (attributes) => {
    const [w, g, v] = [randomTensor([7, 3], 1), randomTensor([7, 3], 2), randomTensor([7, 3], 3)] as const;
    const [ws, gs, vs] = [w.dataSync(), g.dataSync(), v.dataSync()] as const;
    const { learningRate, momentum, dampening, nesterov, weightDecay, first } = attributes;
    const steps = Array.from(ws, (weight, i) => {
      const gradient = (gs[i] ?? NaN) + weightDecay * weight;
      const velocity = first ? gradient : momentum * (vs[i] ?? NaN) + (1 - dampening) * gradient;
      return {
        velocity,
        weight: weight - learningRate * (nesterov ? gradient + momentum * velocity : velocity),
      };
    });
    const [newW = [], newV = []] = runGuarded('CairnMomentumUpdate', { w, g, v }, attributes, ['w', 'v']);
    expect(
      relativeError(
        newW,
        steps.map((s) => s.weight),
      ),
    ).toBeLessThan(5e-7);
    expect(
      relativeError(
        newV,
        steps.map((s) => s.velocity),
      ),
    ).toBeLessThan(5e-7);
  });

  test('CairnMomentumUpdate works on variables in place and allocates nothing', () => {
    const w = variable(tensor([1, 2, 3]));
    const v = variable(tensor([0, 0, 0]));
    const g = tensor([1, 1, 1]);
    const before = memory();
    const out = engine().runKernel(
      'CairnMomentumUpdate',
      { w, g, v },
      { ...rule, weightDecay: 0, first: true },
    );
    expect(out).toEqual([]);
    expect(memory()).toEqual(before);
    expect(relativeError(w.dataSync(), [0.9, 1.9, 2.9])).toBeLessThan(1e-7);
    expect([...v.dataSync()]).toEqual([1, 1, 1]);
  });

  test('stock kernels see weights that were updated in place, although they keep packed copies', () => {
    const plain = { ...rule, learningRate: 1, weightDecay: 0, first: true };
    const x = tensor2d([
      [1, 2],
      [3, 4],
    ]);
    const image = randomTensor([1, 4, 4, 2], 1) as Tensor4D;
    const uses = [
      { shape: [2, 2], use: (w: Tensor) => matMul(x, w as Tensor2D) },
      { shape: [3, 3, 2, 1], use: (w: Tensor) => depthwiseConv2d(image, w as Tensor4D, 1, 'same') },
      { shape: [3, 3, 2, 2], use: (w: Tensor) => conv2d(image, w as Tensor4D, 1, 'same') },
      {
        shape: [3, 3, 2, 2],
        use: (w: Tensor) => fused.conv2d({ x: image, filter: w as Tensor4D, strides: 1, pad: 'same' }),
      },
      { shape: [2], use: (w: Tensor) => prelu(x, w) },
    ];
    for (const { shape, use } of uses) {
      const w = variable(randomTensor(shape, 2));
      const g = randomTensor(shape, 3);
      use(w);
      engine().runKernel('CairnMomentumUpdate', { w, g, v: zerosLike(w) }, plain);
      expect(use(w).dataSync()).toEqual(use(sub(randomTensor(shape, 2), g)).dataSync());
    }
  });

  test('shapes that differ are refused', () => {
    expect(() =>
      runGuarded('CairnReluGrad', { dy: tensor([1, 2]), y: tensor([1]) }, {}),
    ).toThrowErrorMatchingInlineSnapshot(
      `[BackendError: CairnReluGrad needs tensors of one shape; they are [2] and [1].]`,
    );
  });
});
