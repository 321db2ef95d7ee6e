import { createPlugin, testEvaluator } from '@cairn/testing';
import { expect, test } from 'vitest';
import { negativeLogLikelihood, nll } from './index.ts';

testEvaluator('nll', () => createPlugin(nll, nll()), ['nll']);

test('by hand: probabilities 1/2 and 1/4 of the true class', () => {
  // exp of the logits: 1, 1, 2 and 1, 2, 1. The answer is (log 2 + log 4) / 2 = 1.5 log 2.
  const logits = Float32Array.of(0, 0, Math.log(2), 0, Math.log(2), 0);
  const value = negativeLogLikelihood({ logits, labels: Int32Array.of(2, 2), classes: 3 });
  expect(value).toBeCloseTo(1.5 * Math.LN2, 7);
});

test('an untrained network knows log K, a wrong sure one pays its margin', () => {
  const labels = Int32Array.of(1);
  expect(negativeLogLikelihood({ logits: new Float32Array(8), labels, classes: 8 })).toBeCloseTo(
    Math.log(8),
    14,
  );
  expect(negativeLogLikelihood({ logits: Float32Array.of(500, 0), labels, classes: 2 })).toBe(500);
});

test('a broken network stays visible', () => {
  const logits = Float32Array.of(NaN, 0);
  expect(negativeLogLikelihood({ logits, labels: Int32Array.of(1), classes: 2 })).toBeNaN();
});
