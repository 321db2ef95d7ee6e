import { createPlugin, testEvaluator } from '@cairn/testing';
import { expect, test } from 'vitest';
import { ece, expectedCalibrationError } from './index.ts';

testEvaluator('ece', () => createPlugin(ece, ece()), ['ece']);

/** Two classes: class 0 is predicted with these confidences (at least 1/2), right where the label is 0. */
function context(confidences: readonly number[], labels: readonly number[]) {
  const logits = Float32Array.from(confidences.flatMap((p) => [Math.log(p / (1 - p)), 0]));
  return { logits, labels: Int32Array.from(labels), classes: 2 };
}

test('two bins of two, by hand', () => {
  // Sorted 0.6 0.7 | 0.8 0.9. First bin: accuracy 1/2, confidence 0.65, gap 0.15. Second: 1, 0.85, gap 0.15.
  expect(expectedCalibrationError(context([0.9, 0.6, 0.8, 0.7], [0, 1, 0, 0]), 2)).toBeCloseTo(0.15, 6);
  // Second bin 0 of 2 right: gap 0.85, so (0.15 + 0.85)/2.
  expect(expectedCalibrationError(context([0.9, 0.6, 0.8, 0.7], [1, 1, 1, 0]), 2)).toBeCloseTo(0.5, 6);
});

test('one bin cancels what several show', () => {
  // 0.6 is right (gap +0.4), 0.9 is wrong (gap −0.9): one bin |0.4 − 0.9|/2, two bins (0.4 + 0.9)/2.
  const mixed = context([0.6, 0.9], [0, 1]);
  expect(expectedCalibrationError(mixed, 1)).toBeCloseTo(0.25, 6);
  expect(expectedCalibrationError(mixed, 2)).toBeCloseTo(0.65, 6);
});

test('bins have equal mass, not equal width', () => {
  // Equal widths would put all three into one bin of ten: |2/3 − 0.955|. Equal mass, 3 bins of one:
  // (|1 − 0.951| + |0 − 0.955| + |1 − 0.959|) / 3.
  const close = context([0.951, 0.955, 0.959], [0, 1, 0]);
  expect(expectedCalibrationError(close, 3)).toBeCloseTo((0.049 + 0.955 + 0.041) / 3, 6);
});

test('a bin edge among equal confidences does not see their order', () => {
  const a = context([0.8, 0.8, 0.8, 0.8], [0, 0, 1, 1]);
  const b = context([0.8, 0.8, 0.8, 0.8], [1, 0, 1, 0]);
  expect(expectedCalibrationError(a, 2)).toBe(expectedCalibrationError(b, 2));
  expect(expectedCalibrationError(a, 2)).toBeCloseTo(0.3, 6);
});

test('perfect and broken networks', () => {
  const sure = { logits: Float32Array.of(900, 0, 0, 900), labels: Int32Array.of(0, 1), classes: 2 };
  expect(expectedCalibrationError(sure, 15)).toBe(0);
  const broken = { ...sure, logits: Float32Array.of(NaN, 0, 0, 900) };
  expect(expectedCalibrationError(broken, 15)).toBeNaN();
});
