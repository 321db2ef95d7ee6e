import { createPlugin, testEvaluator } from '@cairn/testing';
import { expect, test } from 'vitest';
import { topK, topKAccuracy } from './index.ts';

testEvaluator('top-k', () => createPlugin(topK, topK()), ['top1', 'top5']);

const context = (rows: readonly number[][], labels: readonly number[]) => ({
  logits: Float32Array.from(rows.flat()),
  labels: Int32Array.from(labels),
  classes: rows[0]?.length ?? 0,
});

test('counts by hand', () => {
  const rows = [
    [3, 2, 1, 0],
    [3, 2, 1, 0],
    [3, 2, 1, 0],
    [3, 2, 1, 0],
  ];
  // Ranks of the labels: 0, 1, 2, 3.
  expect(topKAccuracy(context(rows, [0, 1, 2, 3]), 1)).toBe(0.25);
  expect(topKAccuracy(context(rows, [0, 1, 2, 3]), 3)).toBe(0.75);
  expect(topKAccuracy(context(rows, [0, 1, 2, 3]), 9)).toBe(1);
});

test('equal logits rank by class, so a constant network is no oracle', () => {
  const constant = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
  expect(topKAccuracy(context(constant, [0, 1, 2, 3]), 1)).toBe(0.25);
  expect(topKAccuracy(context(constant, [0, 1, 2, 3]), 2)).toBe(0.5);
});

test('logits that are no numbers never count as right', () => {
  expect(topKAccuracy(context([[NaN, NaN, NaN]], [1]), 1)).toBe(0);
  expect(topKAccuracy(context([[NaN, 5, 0]], [1]), 1)).toBe(0);
});

test('one metric for each k', () => {
  const evaluator = createPlugin(topK, topK({ k: [1, 3] }));
  const rows = [
    [1, 2, 3],
    [3, 2, 1],
  ];
  expect([...evaluator.evaluate(context(rows, [0, 0]))]).toEqual([
    ['top1', 0.5],
    ['top3', 1],
  ]);
});
