import { expect, test } from 'vitest';
import type { RunResult } from './result.ts';
import { sampleCondition, sampleResult } from './sample-result.ts';
import { estimate, halfWidth, pooledSd, spread } from './statistics.ts';
import { pairedDifferences, summarise } from './summary.ts';

test('mean and sample standard deviation by hand', () => {
  // 2, 4, 9: mean 5, squares 9 + 1 + 16 = 26, 26 / 2 = 13.
  expect(spread([2, 4, 9])).toEqual({ n: 3, mean: 5, sd: Math.sqrt(13) });
  expect(spread([7])).toEqual({ n: 1, mean: 7 });
  expect(spread([])).toBeUndefined();
});

test('a t-interval by hand', () => {
  // 1, 2, 3: sd 1; t(0.975, 2) = 4.30265, divided by √3 = 2.48414.
  const found = estimate([1, 2, 3]);
  expect(found?.mean).toBe(2);
  expect(found?.halfWidth).toBeCloseTo(2.48414, 5);
  expect(estimate([1])).toEqual({ n: 1, mean: 1 });
});

test('standard deviations are pooled by their degrees of freedom', () => {
  // (2·1² + 1·4²) / 3 = 6
  expect(
    pooledSd([
      { n: 3, mean: 0, sd: 1 },
      { n: 2, mean: 9, sd: 4 },
      { n: 1, mean: 5 },
    ]),
  ).toBeCloseTo(Math.sqrt(6), 14);
  expect(pooledSd([{ n: 1, mean: 5 }])).toBeUndefined();
});

test('differences are paired by seed, to the control and to the baseline', () => {
  const rco = summarise(sampleResult).conditions.find((c) => c.name === 'rco-eei');
  // Against kd-restarts: 0.3, 0.1, 0.5 points: mean 0.3, sd 0.2, half 4.3027 · 0.2 / √3 = 0.4968.
  expect(rco?.vsControl?.mean).toBeCloseTo(0.003, 12);
  expect(rco?.vsControl?.sd).toBeCloseTo(0.002, 12);
  expect(rco?.vsControl?.halfWidth).toBeCloseTo(0.004968, 6);
  // Against kd: 2.3, 2.0, 2.3: mean 2.2.
  expect(rco?.vsBaseline?.mean).toBeCloseTo(0.022, 12);
  expect(rco?.cost).toBeCloseTo(4, 12);
});

test('what can be seen is half an interval from the pooled spread of all differences', () => {
  const { visible, conditions } = summarise(sampleResult);
  const sds = conditions.flatMap((c) => [c.vsControl?.sd, c.vsBaseline?.sd]).filter((s) => s !== undefined);
  expect(sds).toHaveLength(4);
  const pooled = Math.sqrt(sds.reduce((sum, sd) => sum + sd * sd, 0) / 4);
  expect(visible?.pairs).toBe(3);
  expect(visible?.now).toBeCloseTo(halfWidth(pooled, 3), 12);
  expect(visible?.withTwice).toBeCloseTo(halfWidth(pooled, 6), 12);
});

test('runs are paired within their teacher; a run without one with the mean of all that share its seed', () => {
  const [a, b] = [0.6, 0.7].map((accuracy, i): RunResult => {
    const [run] = sampleCondition({
      name: 'x',
      accuracy: [accuracy],
      anchors: [],
      epochs: 1,
      multiplyAdds: 1,
    }).runs;
    if (run === undefined) throw new Error('no run');
    return { ...run, teacherSeed: i };
  });
  if (a === undefined || b === undefined) throw new Error('no runs');
  const { teacherSeed: _, ...alone } = a;
  expect(pairedDifferences([a, b], [b, a])).toEqual([0, 0]);
  expect(pairedDifferences([alone], [a, b])[0]).toBeCloseTo(0.6 - 0.65, 12);
  expect(pairedDifferences([a, b], [alone]).map((d) => Number(d.toFixed(12)))).toEqual([0, 0.1]);
  expect(pairedDifferences([a], [b])).toEqual([]);
});
