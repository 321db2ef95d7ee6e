import { expect, test } from 'vitest';
import { classRank, klOfLogits, klRows, logSoftmaxRows, mean, topClass } from './distributions.ts';

const { log } = Math;

test('log-softmax of rows, worked by hand', () => {
  // exp: 1, 2, 1 → 1/4, 1/2, 1/4; equal logits → thirds, whatever their size.
  const rows = logSoftmaxRows(Float64Array.of(0, log(2), 0, 1e4, 1e4, 1e4), 3);
  const expected = [1 / 4, 1 / 2, 1 / 4, 1 / 3, 1 / 3, 1 / 3].map(log);
  rows.forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 14));
});

test('a temperature divides the logits', () => {
  const [a, b] = logSoftmaxRows(Float64Array.of(0, 2 * log(3)), 2, 2);
  expect(a).toBeCloseTo(log(1 / 4), 14);
  expect(b).toBeCloseTo(log(3 / 4), 14);
});

test('far logits lose no precision', () => {
  const [, low] = logSoftmaxRows(Float64Array.of(1000, 0), 2);
  expect(low).toBe(-1000);
});

test('KL of rows is directed and 0 for equal rows', () => {
  // p = (3/4, 1/4), q = (1/2, 1/2): KL(p‖q) = 3/4·log(3/2) + 1/4·log(1/2); KL(q‖p) = 1/2·log(2/3) + 1/2·log 2.
  const p = Float64Array.of(log(3), 0, log(3), 0);
  const q = Float64Array.of(0, 0, log(3), 0);
  const [forward, same] = klOfLogits(p, q, 2);
  expect(forward).toBeCloseTo(0.75 * log(1.5) + 0.25 * log(0.5), 14);
  expect(same).toBe(0);
  expect(klOfLogits(q, p, 2)[0]).toBeCloseTo(0.5 * log(2 / 3) + 0.5 * log(2), 14);
});

test('a class of probability 0 adds nothing, and NaN stays visible', () => {
  expect(klRows(Float64Array.of(0, -Infinity), Float64Array.of(log(1 / 2), log(1 / 2)), 2)[0]).toBe(log(2));
  expect(klOfLogits(Float32Array.of(NaN, 0), Float32Array.of(0, 0), 2)[0]).toBeNaN();
});

test('arrays that are no whole rows are refused', () => {
  expect(() => logSoftmaxRows(new Float32Array(5), 2)).toThrow('5 values in rows of 2');
  expect(() => klRows(new Float64Array(4), new Float64Array(2), 2)).toThrow('4 and 2 values');
});

test('mean', () => {
  expect(mean([1, 2, 6])).toBe(3);
  expect(mean([])).toBeNaN();
});

test('ranks: higher logits first, then the lower index', () => {
  const row = Float32Array.of(1, 3, 3, 0);
  expect([0, 1, 2, 3].map((label) => classRank(row, label))).toEqual([2, 0, 1, 3]);
  expect(topClass(row)).toBe(1);
});

test('a logit that is not a number puts the class last', () => {
  expect(classRank(Float32Array.of(NaN, NaN, NaN), 0)).toBe(2);
  expect(classRank(Float32Array.of(NaN, 5, 0), 1)).toBe(1);
});
