import { conv2d, grads, mean, square } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { builds as allBuilds } from './builds.ts';
import { convShapes } from './geometry.ts';
import type { ConvAttributes } from './geometry.ts';
import { activateWasm } from './index.ts';
import { referenceConv } from './reference-conv.ts';
import { centralDifference, randomTensor, relativeError, runGuarded } from './test-support.ts';

type Shape = [number, number, number, number];
interface Case {
  readonly x: Shape;
  readonly filter: Shape;
  readonly attributes: ConvAttributes;
}

const same = (strides: number): ConvAttributes => ({ strides, pad: 'same' });
const valid = (strides: number): ConvAttributes => ({ strides, pad: 'valid' });
const explicit = (
  top: number,
  bottom: number,
  left: number,
  right: number,
  strides: [number, number] | number = 1,
): ConvAttributes => ({
  strides,
  pad: [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ],
});

const cases: Record<string, Case> = {
  'one pixel, one channel': { x: [1, 1, 1, 1], filter: [3, 3, 1, 1], attributes: same(1) },
  'one pixel, 1×1': { x: [1, 1, 1, 5], filter: [1, 1, 5, 3], attributes: valid(1) },
  'stem 3 → 16': { x: [2, 9, 7, 3], filter: [3, 3, 3, 16], attributes: same(1) },
  '16 → 16': { x: [3, 8, 8, 16], filter: [3, 3, 16, 16], attributes: same(1) },
  '8 → 24, 12 × 4 pixels': { x: [7, 12, 4, 8], filter: [3, 3, 8, 24], attributes: same(1) },
  '20 → 16, padding on two sides': {
    x: [2, 8, 4, 20],
    filter: [3, 3, 20, 16],
    attributes: explicit(2, 0, 0, 2),
  },
  '8 → 8, valid': { x: [2, 10, 6, 8], filter: [3, 3, 8, 8], attributes: valid(1) },
  '64 → 64': { x: [9, 8, 8, 64], filter: [3, 3, 64, 64], attributes: same(1) },
  '8 → 16 stride 2': { x: [2, 8, 8, 8], filter: [3, 3, 8, 16], attributes: same(2) },
  'stride 2, odd size, padding 1': {
    x: [2, 7, 9, 8],
    filter: [3, 3, 8, 12],
    attributes: explicit(1, 1, 1, 1, 2),
  },
  'stride 2, even size, padding 1': {
    x: [2, 8, 6, 4],
    filter: [3, 3, 4, 8],
    attributes: explicit(1, 1, 1, 1, 2),
  },
  '1×1 stride 2': { x: [2, 6, 5, 16], filter: [1, 1, 16, 32], attributes: same(2) },
  '1×1 of 65 → 7 channels': { x: [2, 5, 5, 65], filter: [1, 1, 65, 7], attributes: valid(1) },
  'asymmetric padding': { x: [1, 5, 6, 3], filter: [3, 2, 3, 5], attributes: explicit(0, 2, 3, 1) },
  'padding beyond the filter': { x: [1, 3, 3, 2], filter: [2, 2, 2, 3], attributes: explicit(3, 3, 4, 2, 3) },
  'stride beyond the filter': { x: [1, 9, 8, 2], filter: [2, 2, 2, 3], attributes: valid(3) },
  'strides differ': { x: [1, 7, 8, 5], filter: [3, 4, 5, 9], attributes: { strides: [2, 3], pad: 'same' } },
  '5×5, 7 → 10 channels': { x: [1, 6, 6, 7], filter: [5, 5, 7, 10], attributes: same(1) },
  'several groups of images': { x: [5, 20, 20, 17], filter: [3, 3, 17, 4], attributes: same(1) },
  'bottom rows unused': { x: [1, 8, 8, 4], filter: [3, 3, 4, 4], attributes: valid(2) },
};

function prepare({ x, filter, attributes }: Case, depthwise: boolean) {
  const shapes = convShapes(x, filter, attributes, depthwise);
  const tensors = {
    x: randomTensor(x, 1),
    filter: randomTensor(filter, 2),
    dy: randomTensor(shapes.outShape, 3),
  };
  const expected = referenceConv(
    shapes.geometry,
    x[0],
    tensors.x.dataSync(),
    tensors.filter.dataSync(),
    tensors.dy.dataSync(),
    depthwise,
  );
  return { ...tensors, expected };
}

/** Largest error relative to the largest value: [forward and input gradient, filter gradient]. */
const tolerances = { direct: [2e-6, 5e-6], winograd: [1.2e-5, 1.5e-5] } as const;

describe.each(allBuilds)('build %s', (build) => {
  const [tolerance, filterTolerance] = tolerances[build.endsWith('winograd') ? 'winograd' : 'direct'];
  beforeAll(async () => {
    await activateWasm({ build });
  });

  test.each(Object.entries(cases))('conv2d, three passes: %s', (_name, convCase) => {
    const { x, filter, dy, expected } = prepare(convCase, false);
    const { attributes } = convCase;
    const [y = []] = runGuarded('Conv2D', { x, filter }, { dilations: 1, ...attributes });
    const [dx = []] = runGuarded(
      'Conv2DBackpropInput',
      { dy, filter },
      { ...attributes, inputShape: convCase.x },
    );
    const [dw = []] = runGuarded(
      'Conv2DBackpropFilter',
      { x, dy },
      { ...attributes, filterShape: convCase.filter },
    );
    expect(relativeError(y, expected.y)).toBeLessThan(tolerance);
    expect(relativeError(dx, expected.dx)).toBeLessThan(tolerance);
    expect(relativeError(dw, expected.dw)).toBeLessThan(filterTolerance);
  });

  test.each([
    [2, 2],
    [1, 3],
  ])('conv2d forward, dilation %i × %i', (...dilations) => {
    const attributes: ConvAttributes = { strides: 1, pad: 'same', dilations };
    const { x, filter, expected } = prepare({ x: [2, 9, 8, 6], filter: [3, 3, 6, 10], attributes }, false);
    const [y = []] = runGuarded('Conv2D', { x, filter }, attributes);
    expect(relativeError(y, expected.y)).toBeLessThan(2e-6);
  });

  const depthwiseCases: Record<string, Case> = {
    'one pixel': { x: [1, 1, 1, 1], filter: [3, 3, 1, 1], attributes: same(1) },
    '16 channels': { x: [3, 8, 8, 16], filter: [3, 3, 16, 1], attributes: same(1) },
    '22 channels, stride 2': { x: [2, 9, 7, 22], filter: [3, 3, 22, 1], attributes: same(2) },
    'multiplier 3': { x: [2, 6, 5, 5], filter: [3, 3, 5, 3], attributes: same(1) },
    'multiplier 2, padding 1, stride 2': {
      x: [2, 6, 5, 4],
      filter: [3, 3, 4, 2],
      attributes: explicit(1, 1, 1, 1, 2),
    },
    'dilation 2': {
      x: [2, 9, 9, 7],
      filter: [3, 3, 7, 1],
      attributes: { strides: 1, pad: 'same', dilations: 2 },
    },
    'bottom rows unused': { x: [1, 8, 8, 4], filter: [3, 3, 4, 1], attributes: valid(2) },
    'several groups': { x: [5, 20, 20, 33], filter: [5, 5, 33, 1], attributes: same(1) },
  };
  test.each(Object.entries(depthwiseCases))('depthwise, three passes: %s', (_name, convCase) => {
    const { x, filter, dy, expected } = prepare(convCase, true);
    const attributes = { dilations: 1, ...convCase.attributes };
    const [y = []] = runGuarded('DepthwiseConv2dNative', { x, filter }, attributes);
    expect(relativeError(y, expected.y)).toBeLessThan(2e-6);
    const [dx = []] = runGuarded(
      'DepthwiseConv2dNativeBackpropInput',
      { dy, filter },
      { ...attributes, inputShape: convCase.x },
    );
    const [dw = []] = runGuarded(
      'DepthwiseConv2dNativeBackpropFilter',
      { x, dy },
      { ...attributes, filterShape: convCase.filter },
    );
    expect(relativeError(dx, expected.dx)).toBeLessThan(2e-6);
    expect(relativeError(dw, expected.dw)).toBeLessThan(5e-6);
  });

  test('gradients through tf.grads agree with central differences', () => {
    const x = randomTensor([2, 6, 5, 3], 4) as Tensor4D;
    const w = randomTensor([3, 3, 3, 8], 5) as Tensor4D;
    // Quadratic in x and in w: central differences are exact but for rounding.
    const loss = (a: Tensor, b: Tensor) => mean(square(conv2d(a as Tensor4D, b as Tensor4D, 2, 'same')));
    const [dx = x, dw = w] = grads(loss)([x, w]);
    for (const at of [0, 7, 23, 50]) {
      expect(dx.dataSync()[at]).toBeCloseTo(
        centralDifference((moved) => loss(moved, w), x, at),
        4,
      );
      expect(dw.dataSync()[at]).toBeCloseTo(
        centralDifference((moved) => loss(x, moved), w, at),
        4,
      );
    }
  });

  test('empty batch gives empty output and a zero filter gradient', () => {
    const x = randomTensor([0, 4, 4, 3], 1);
    const dy = randomTensor([0, 4, 4, 8], 1);
    expect(runGuarded('Conv2D', { x, filter: randomTensor([3, 3, 3, 8], 2) }, same(1))[0]).toHaveLength(0);
    const [dw] = runGuarded('Conv2DBackpropFilter', { x, dy }, { ...same(1), filterShape: [3, 3, 3, 8] });
    expect(new Set(dw)).toEqual(new Set([0]));
  });
});
