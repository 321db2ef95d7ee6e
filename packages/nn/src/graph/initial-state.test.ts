import { createRandom, type ArraySpec, type NetworkGraph } from '@cairn/core';
import { expect, test } from 'vitest';
import { hashWeights } from './hash-weights.ts';
import { initialState } from './initial-state.ts';

const parameters: readonly ArraySpec[] = [
  { name: 'conv.weight', shape: [64, 8, 3, 3], init: { kind: 'kaiming-normal', fan: 'out' } },
  { name: 'fc.weight', shape: [40, 100], init: { kind: 'torch-uniform', fanIn: 100 } },
  { name: 'scale', shape: [2], init: { kind: 'ones' } },
  { name: 'noise', shape: [5000], init: { kind: 'normal', std: 3 } },
];
const graph: NetworkGraph = {
  inputs: {},
  nodes: [],
  parameters,
  buffers: [],
  outputs: { logits: 'x' },
  taps: {},
};
const bare = { ...graph, inputs: { x: [1] } };

function numbersOf(name: string, of = bare): number[] {
  return Array.from(initialState(of, createRandom(1)).weights[name]?.data ?? []);
}

function deviation(values: readonly number[]): number {
  return Math.sqrt(values.reduce((s, v) => s + v * v, 0) / values.length);
}

test('distributions', () => {
  expect(deviation(numbersOf('conv.weight'))).toBeCloseTo(Math.sqrt(2 / (64 * 9)), 2);
  expect(deviation(numbersOf('noise')) / 3).toBeCloseTo(1, 1);
  const uniform = numbersOf('fc.weight');
  expect(Math.max(...uniform.map(Math.abs))).toBeLessThanOrEqual(0.1);
  expect(deviation(uniform)).toBeCloseTo(0.1 / Math.sqrt(3), 2);
  expect(numbersOf('scale')).toEqual([1, 1]);
});

test('an array depends on seed and name alone', () => {
  const reversed = { ...bare, parameters: [...parameters].reverse() };
  expect(numbersOf('noise', reversed)).toEqual(numbersOf('noise'));
  const other = initialState(bare, createRandom(2)).weights['noise'];
  expect(other?.data).not.toEqual(initialState(bare, createRandom(1)).weights['noise']?.data);
});

test('hash: over content, not over order', async () => {
  const { weights } = initialState(bare, createRandom(1));
  const reversed = Object.fromEntries(Object.entries(weights).reverse());
  const hash = await hashWeights(weights);
  expect(await hashWeights(reversed)).toBe(hash);
  const scale = { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) } as const;
  expect(await hashWeights({ ...weights, scale })).not.toBe(hash);
  expect(
    await hashWeights({ ...weights, scale: { ...scale, shape: [1, 2], data: Float32Array.of(1, 1) } }),
  ).not.toBe(hash);
});

test('hash: a known answer', async () => {
  // sha256 of the line ["b","int32",[]] and the four bytes of 7.
  const b = { dtype: 'int32', shape: [], data: Int32Array.of(7) } as const;
  expect(await hashWeights({ b })).toMatchInlineSnapshot(
    `"414c8112a23701a840c1caea7305fdfc6a30aa896a869353e9b37c723c4f25a1"`,
  );
});
