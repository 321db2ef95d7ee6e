import { createPlugin, testEvaluator } from '@cairn/testing';
import { expect, test } from 'vitest';
import { brier, brierScore } from './index.ts';

testEvaluator('brier', () => createPlugin(brier, brier()), ['brier']);

test('by hand: p = (1/4, 1/4, 1/2)', () => {
  const logits = Float32Array.of(0, 0, Math.log(2));
  // Right class 2: 1/16 + 1/16 + 1/4 = 3/8. Right class 0: 9/16 + 1/16 + 1/4 = 7/8.
  expect(brierScore({ logits, labels: Int32Array.of(2), classes: 3 })).toBeCloseTo(3 / 8, 7);
  expect(brierScore({ logits, labels: Int32Array.of(0), classes: 3 })).toBeCloseTo(7 / 8, 7);
});

test('the mean over samples runs from 0 to 2', () => {
  const logits = Float32Array.of(900, 0, 900, 0);
  expect(brierScore({ logits, labels: Int32Array.of(0, 0), classes: 2 })).toBe(0);
  expect(brierScore({ logits, labels: Int32Array.of(0, 1), classes: 2 })).toBe(1);
  expect(brierScore({ logits, labels: Int32Array.of(1, 1), classes: 2 })).toBe(2);
});
