/** Answers worked by hand. Those of SciPy stand in `tools/golden/statistics`. */
import { expect, test } from 'vitest';
import { bootstrapMean, expandedTail, percentiles } from './bootstrap.ts';
import { equivalence } from './equivalence.ts';
import { holm } from './holm.ts';
import { normalCumulative } from './normal.ts';
import { pairedT, welch } from './paired.ts';
import { cautiousSd, detectable, powerOf, seedsFor } from './power.ts';
import { correlation, estimate, pooledSd, spread } from './sample.ts';
import { signFlip, smallestP } from './sign-flip.ts';
import { splitVariance } from './variance-split.ts';

test('mean and sample standard deviation', () => {
  // 2, 4, 9: mean 5, squares 9 + 1 + 16 = 26, 26 / 2 = 13.
  expect(spread([2, 4, 9])).toEqual({ n: 3, mean: 5, sd: Math.sqrt(13) });
  expect(spread([7])).toEqual({ n: 1, mean: 7 });
  expect(spread([])).toBeUndefined();
});

test('a t-interval', () => {
  // 1, 2, 3: sd 1; t(0.975, 2) = 4.30265, divided by √3 = 2.48414.
  const found = estimate([1, 2, 3]);
  expect(found?.mean).toBe(2);
  expect(found?.halfWidth).toBeCloseTo(2.48414, 5);
  expect(estimate([1])).toEqual({ n: 1, mean: 1 });
  // t = 2√3; with two degrees P(|T| > t) = 1 − t / √(2 + t²) = 1 − √(12/14).
  expect(pairedT([1, 2, 3])?.p).toBeCloseTo(1 - Math.sqrt(12 / 14), 12);
  expect(pairedT([1])).toBeUndefined();
  expect(pairedT([2, 2])).toMatchObject({ low: 2, high: 2, p: 0 });
  expect(pairedT([0, 0])).toMatchObject({ low: 0, high: 0, p: 1 });
});

test('Welch: unequal variances', () => {
  // Variances 1 and 4 of 3 values: u = 1/3, v = 4/3, freedom (5/3)² / ((1/9 + 16/9) / 2) = (25/9) / (17/18).
  const found = welch([1, 2, 3], [0, 2, 4]);
  expect(found?.mean).toBe(0);
  expect(found?.standardError).toBeCloseTo(Math.sqrt(5 / 3), 12);
  expect(found?.freedom).toBeCloseTo(50 / 17, 12);
  expect(welch([1], [0, 2])).toBeUndefined();
});

test('standard deviations are pooled by their degrees of freedom', () => {
  // (2·1² + 1·4²) / 3 = 6
  const [a, b, single] = [
    { n: 3, mean: 0, sd: 1 },
    { n: 2, mean: 9, sd: 4 },
    { n: 1, mean: 5 },
  ];
  expect(pooledSd([a, b, single])).toBeCloseTo(Math.sqrt(6), 14);
  expect(pooledSd([single])).toBeUndefined();
});

test('correlation', () => {
  // Deviations −1, 0, 1 and −1, 1, 0: 1 / √(2·2).
  expect(correlation([1, 2, 3], [4, 6, 5])).toBeCloseTo(0.5, 14);
  expect(correlation([1, 2], [3, 4])).toBeUndefined();
  expect(correlation([1, 1, 1], [3, 4, 5])).toBeUndefined();
});

test('sign flips: p counts the assignments that are as far from 0', () => {
  // All of one sign: only all + and all − are as far.
  expect(signFlip([1, 2, 3, 4, 5, 6])).toEqual({ p: 2 / 64, exact: true });
  expect(smallestP(6)).toBe(2 / 64);
  expect([3, 8].map(smallestP)).toEqual([0.25, 2 ** -7]);
  // 1 negative of six ones: the sum is 4; |sum| ≥ 4 with at most one of either sign: 2·(1 + 6) of 64.
  expect(signFlip([1, 1, 1, -1, 1, 1])).toEqual({ p: 14 / 64, exact: true });
  // Tenths are not exact in binary: ties count all the same.
  expect(signFlip([0.1, 0.2, 0.3, -0.1, 0.3, 0.1])).toEqual(signFlip([1, 2, 3, -1, 3, 1]));
  expect(signFlip([1, 2, 3, 4, 5])).toBeUndefined();
  expect(signFlip([0, 0, 0, 0, 0, 0])?.p).toBe(1);
});

test('more than 20 differences: signs are drawn, and the draws repeat', () => {
  const d = Array.from({ length: 24 }, (_, i) => (i % 3 === 0 ? -1 : 1));
  const found = signFlip(d);
  expect(found?.exact).toBe(false);
  // Sum 8: P(|S| ≥ 8) = 2·P(Binomial(24, ½) ≥ 16) = 0.15159; 100,000 draws have a standard error of 0.0011.
  expect(found?.p).toBeCloseTo(0.15159, 2);
  expect(signFlip(d)).toEqual(found);
});

test('percentiles, interpolated', () => {
  expect(percentiles(Float64Array.of(4, 0, 3, 1, 2), 0.125)).toEqual({ low: 0.5, high: 3.5 });
});

test('the bootstrap: as wide as t for many values, repeatable, none under 6', () => {
  const values = Array.from({ length: 60 }, (_, i) => Math.sin(i * 1.7));
  const [t, b] = [pairedT(values), bootstrapMean(values)];
  const width = (i: { low: number; high: number } | undefined): number => (i?.high ?? NaN) - (i?.low ?? NaN);
  expect(width(b) / width(t)).toBeGreaterThan(0.97);
  expect(width(b) / width(t)).toBeLessThan(1.03);
  expect(bootstrapMean(values)).toEqual(b);
  expect(bootstrapMean(values, { seed: 1 })).not.toEqual(b);
  expect(bootstrapMean([1, 2, 3, 4, 5])).toBeUndefined();
  // Six values: Φ(−√1.2 · 2.5706) = Φ(−2.8159)
  expect(expandedTail(6)).toBeCloseTo(normalCumulative(-2.8159), 6);
});

test('Holm: the smallest times m, the next times m − 1, never falling', () => {
  expect(holm([0.04, 0.01, 0.03])).toEqual([0.06, 0.03, 0.06]);
  expect(holm([0.6, 0.9])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});

test('equivalence: the 90 % interval lies within the margin', () => {
  // 1, 2, 3: mean 2, standard error 1/√3, t(0.95, 2) = 2.92: 2 ± 1.68585.
  const wide = equivalence([1, 2, 3], 3.7);
  expect(wide?.low).toBeCloseTo(2 - 1.68585, 4);
  expect(wide?.equivalent).toBe(true);
  expect(equivalence([1, 2, 3], 3.68)?.equivalent).toBe(false);
  // At the margin itself p is 1/2, beyond it more.
  expect(equivalence([1, 2, 3], 2)?.p).toBeCloseTo(0.5, 14);
  expect(equivalence([1, 2, 3], 1)?.p).toBeGreaterThan(0.5);
  expect(equivalence([1], 1)).toBeUndefined();
  expect(() => equivalence([1, 2], 0)).toThrow('margin: got 0; above 0');
});

test('power: 5 % where there is no difference, and it grows', () => {
  for (const n of [2, 3, 8, 40]) expect(powerOf(0, n)).toBeCloseTo(0.05, 12);
  expect(powerOf(1, 8)).toBeGreaterThan(powerOf(1, 6));
  expect(powerOf(-1, 8)).toBe(powerOf(1, 8));
  expect([powerOf(1000, 2), powerOf(200, 6)]).toEqual([1, 1]);
  // Textbooks: half a standard deviation needs 34 pairs.
  expect(seedsFor(0.5, 1)).toBe(34);
  expect(seedsFor(1e-4, 1)).toBeUndefined();
  expect(seedsFor(1, 0)).toBe(2);
});

test('the least detectable difference has 80 % power', () => {
  // The estimates of the design: standard deviations of 0.3 to 0.45 points show 0.43 to 0.64 points with 6 seeds.
  expect(detectable(0.3, 6).toFixed(2)).toBe('0.43');
  expect(detectable(0.45, 6).toFixed(2)).toBe('0.65');
  for (const n of [2, 3, 9]) expect(powerOf(detectable(2, n) / 2, n)).toBeCloseTo(0.8, 10);
  expect(detectable(0, 3)).toBe(0);
});

test('a cautious standard deviation after two degrees of freedom', () => {
  // Chi-square with 2 degrees is exponential: its 20 % quantile is −2 ln 0.8.
  expect(cautiousSd(1, 3)).toBeCloseTo(Math.sqrt(2 / (-2 * Math.log(0.8))), 12);
});

test('variance of routes and seeds', () => {
  // Rows 1, 3 and 5, 7: no rest. MS route = 2·(4 + 4) = 16, MS seed = 2·(1 + 1) = 4: variances 16/2 and 4/2.
  const found = splitVariance([
    [1, 3],
    [5, 7],
  ]);
  expect([found.route, found.seed, found.rest]).toEqual([Math.sqrt(8), Math.sqrt(2), 0]);
  // Var(mean) = (16 + 4) / 4; freedom 20² / (16² + 4²).
  expect(found.overRoutes.mean).toBe(4);
  expect(found.overRoutes.standardError).toBeCloseTo(Math.sqrt(5), 12);
  expect(found.overRoutes.freedom).toBeCloseTo(400 / 272, 12);
  // 1, −1 and −1, 1: all is rest; no variance counts as negative.
  const rest = splitVariance([
    [1, -1],
    [-1, 1],
  ]);
  expect([rest.route, rest.seed, rest.rest]).toEqual([0, 0, 2]);
  expect(() => splitVariance([[1, 2]])).toThrow('a table of 1 × 2; complete, at least 2 × 2');
});
