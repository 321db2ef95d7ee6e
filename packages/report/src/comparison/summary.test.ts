import { expect, test } from 'vitest';
import type { RunResult } from '../result.ts';
import { detectable } from '../statistics/power.ts';
import { sampleCondition, sampleResult } from '../test-support/sample-result.ts';
import { pairSeeds, varianceOf } from './pairs.ts';
import { summarise } from './summary.ts';

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

test('what can be seen: 80 % power, from the pooled spread of all differences', () => {
  const { visible, conditions } = summarise(sampleResult);
  const sds = conditions.flatMap((c) => [c.vsControl?.sd, c.vsBaseline?.sd]).filter((s) => s !== undefined);
  expect(sds).toHaveLength(4);
  const pooled = Math.sqrt(sds.reduce((sum, sd) => sum + sd * sd, 0) / 4);
  expect(visible?.seeds).toBe(3);
  expect(visible?.now).toBeCloseTo(detectable(pooled, 3), 12);
  expect(visible?.withTwice).toBeCloseTo(detectable(pooled, 6), 12);
});

/** A run of teacher `t` and seed `s`. */
function runAt(teacherSeed: number, seed: number, accuracy: number): RunResult {
  const sketch = { name: 'x', accuracy: [accuracy], anchors: [], epochs: 1, multiplyAdds: 1 };
  const [run] = sampleCondition(sketch).runs;
  if (run === undefined) throw new Error('no run');
  return { ...run, teacherSeed, seed };
}

const METRIC = 'test/top1';
const rounded = (values: readonly number[]): number[] => values.map((v) => Number(v.toFixed(12)));

test('runs are paired within their teacher; a run without one with the mean of all that share its seed', () => {
  const [a, b] = [runAt(0, 0, 0.6), runAt(1, 0, 0.7)];
  const { teacherSeed: _, ...alone } = a;
  // Two routes, one seed: one difference.
  expect(pairSeeds([a, b], [b, a], METRIC)).toMatchObject({ seeds: [0], differences: [0], pairs: 2 });
  expect(rounded(pairSeeds([alone], [a, b], METRIC).differences)).toEqual([-0.05]);
  expect(rounded(pairSeeds([a, b], [alone], METRIC).differences)).toEqual([0.05]);
  expect(pairSeeds([a], [b], METRIC).differences).toEqual([]);
  expect(pairSeeds([a], [a], 'test/kl').differences).toEqual([]);
});

test('the routes of a seed are averaged: seeds are the sample', () => {
  const own = [runAt(0, 0, 0.6), runAt(1, 0, 0.64), runAt(0, 1, 0.61), runAt(1, 1, 0.63)];
  const theirs = [runAt(0, 0, 0.59), runAt(1, 0, 0.61), runAt(0, 1, 0.58), runAt(1, 1, 0.6)];
  const paired = pairSeeds(own, theirs, METRIC);
  // Differences: teacher 0: 0.01, 0.03; teacher 1: 0.03, 0.03.
  expect(rounded(paired.differences)).toEqual([0.02, 0.03]);
  const split = varianceOf(paired);
  expect(split).toMatchObject({ routes: 2, seeds: 2 });
  // MS route = MS seed = MS rest = 0.0001: no route, no seed, all rest.
  expect(rounded([split?.route ?? NaN, split?.seed ?? NaN, split?.rest ?? NaN])).toEqual([0, 0, 0.01]);
  // A seed that one route lacks is left out of the split; one route cannot be split.
  expect(varianceOf(pairSeeds(own.slice(0, 3), theirs, METRIC))).toBeUndefined();
  expect(varianceOf(pairSeeds([own[0] as RunResult, own[2] as RunResult], theirs, METRIC))).toBeUndefined();
});

test('seeds that are dealt to teachers: routes between, seeds within', () => {
  const own = [runAt(0, 0, 0.61), runAt(0, 2, 0.63), runAt(1, 1, 0.65), runAt(1, 3, 0.67)];
  const theirs = [0, 1, 2, 3].map((seed) => runAt(seed % 2, seed, 0.6));
  const paired = pairSeeds(own, theirs, METRIC);
  expect(rounded(paired.differences)).toEqual([0.01, 0.05, 0.03, 0.07]);
  const split = varianceOf(paired);
  // In points: 1, 3 and 5, 7. MS route = 2·(4 + 4) = 16, MS rest = (1 + 1 + 1 + 1) / 2 = 2, route² = (16 − 2) / 2.
  expect(split?.seed).toBeUndefined();
  expect(rounded([split?.route ?? NaN, split?.rest ?? NaN])).toEqual(
    rounded([Math.sqrt(7) / 100, Math.sqrt(2) / 100]),
  );
  // One degree of freedom: the mean of 4 ± 12.706 · √(16 / 4).
  expect(split?.overRoutes.freedom).toBe(1);
  expect(split?.overRoutes.high).toBeCloseTo(0.04 + 12.7062 * 0.02, 5);
});
