import * as tf from '@tensorflow/tfjs-core';
import { createRandom, type HostTensors, logSoftmaxRows } from '@cairn/core';
import { loadAnchor } from '@cairn/route';
import { expect, test } from 'vitest';
import { BatchMaker } from './data/batches.ts';
import { filterDirection, lossLandscape, moved } from './landscape.ts';
import { predictLogits } from './predict.ts';
import { smallStudy } from './test-support/small-study.ts';

const tensor = (shape: readonly number[], data: readonly number[]): HostTensors[string] => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(data),
});
const weights: HostTensors = {
  conv: tensor([2, 1, 1, 2], [3, 4, 0, 0.5]),
  bias: tensor([2], [1, 2]),
  mean: tensor([2], [5, 6]),
};
const parameters = [{ name: 'conv' }, { name: 'bias' }];

test('every filter of a direction is as long as in the weights; vectors and buffers have none', () => {
  const direction = filterDirection(weights, parameters, createRandom(1), 0);
  expect(Object.keys(direction)).toEqual(['conv']);
  const { conv = new Float32Array() } = direction;
  expect([Math.hypot(conv[0] ?? 0, conv[1] ?? 0), Math.hypot(conv[2] ?? 0, conv[3] ?? 0)]).toEqual([
    expect.closeTo(5, 5),
    expect.closeTo(0.5, 5),
  ]);
  const again = filterDirection(weights, parameters, createRandom(1), 0);
  expect(again).toEqual(direction);
  expect(filterDirection(weights, parameters, createRandom(1), 1)).not.toEqual(direction);
});

test('a part of the way along two directions', () => {
  const along = (...values: readonly number[]) => ({ conv: Float32Array.from(values) });
  const there = moved(weights, [
    [along(1, 0, 0, 0), 0.5],
    [along(0, 2, 0, 2), -1],
  ]);
  expect([...(there['conv']?.data ?? [])]).toEqual([3.5, 2, 0, -1.5]);
  expect(there['bias']).toBe(weights['bias']);
});

test('the middle is the state itself; the same seed gives the same landscape, and nothing leaks', async () => {
  const { registry, backend, splits, routes, manifest, teacherModel } = await smallStudy();
  const graph = registry.create(teacherModel).graph(splits.spec);
  const network = backend.compile(graph, { taps: [], train: false });
  const [rows, { labels }] = [Int32Array.of(3, 1, 8, 20, 31), splits.train];
  const batches = new BatchMaker(splits.train, splits.spec.input);
  const state = await loadAnchor(routes, manifest, manifest.anchors.at(-1)?.id ?? 0);
  const options = { batches, rows, labels, steps: [-0.5, 0, 0.5] };
  try {
    network.load({ weights: state, optimizer: {}, updates: 0 });
    const { classes } = splits.spec;
    const logP = logSoftmaxRows(await predictLogits(network, batches, rows), classes);
    const own =
      rows.reduce((sum, row, i) => sum - (logP[i * classes + (labels[row] ?? 0)] ?? NaN), 0) / rows.length;
    const before = tf.memory().numTensors;
    const found = await lossLandscape(network, state, { ...options, random: createRandom(0) });
    expect(tf.memory().numTensors).toBe(before);
    expect(found).toHaveLength(9);
    expect(found[4]).toBeCloseTo(own, 6);
    expect(new Set(found).size).toBe(9);
    expect(await lossLandscape(network, state, { ...options, random: createRandom(0) })).toEqual(found);
    const signal = AbortSignal.abort();
    await expect(
      lossLandscape(network, state, { ...options, random: createRandom(0), signal }),
    ).rejects.toThrow('aborted');
  } finally {
    network.dispose();
  }
});
