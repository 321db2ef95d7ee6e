/**
 * Studies in which no condition differs from its control (A/A), by simulation: the intervals hold 0 as often as they
 * say, the tests cry wolf no more often than they say.
 *
 * 200 studies of 10 independent contrasts a design: 2,000 intervals. At a true coverage of 95 % their share varies by
 * 0.49 points (one standard deviation), so that 93–97 % is 4.1 of them. 200 intervals alone would vary by 1.5 points
 * and leave that range in one of five correct programs; hence the contrasts. The seed of the simulation was not chosen.
 */
import { createRandom, type RandomStream } from '@cairn/core';
import { describe, expect, test } from 'vitest';
import type { RunResult } from '../result.ts';
import { bootstrapMean } from '../statistics/bootstrap.ts';
import { equivalence } from '../statistics/equivalence.ts';
import { holm } from '../statistics/holm.ts';
import { pairedT, welch } from '../statistics/paired.ts';
import { signFlip } from '../statistics/sign-flip.ts';
import { sampleCondition } from '../test-support/sample-result.ts';
import { pairSeeds, varianceOf, type PairedSeeds } from './pairs.ts';

const STUDIES = 200;
const CONTRASTS = 10;
const TOTAL = STUDIES * CONTRASTS;

/** Standard deviations in points of accuracy: of a route's effect on a difference, of a seed, of what remains. */
interface Design {
  readonly seeds: number;
  readonly routes: number;
  readonly route: number;
  readonly seed: number;
  readonly rest: number;
}

const template = sampleCondition({ name: 'x', accuracy: [0], anchors: [], epochs: 1, multiplyAdds: 1 })
  .runs[0];

function runAt(teacherSeed: number, seed: number, points: number): RunResult {
  if (template === undefined) throw new Error('no run');
  const metrics = { 'test/top1': 0.6 + points / 100 };
  return { ...template, seed, teacherSeed, last: { epoch: 1, metrics } };
}

/** A condition and its control; the seeds move both alike, the routes may move the difference. */
function pairUp(design: Design, random: RandomStream): PairedSeeds {
  const draw = (n: number, sd: number): number[] => Array.from({ length: n }, () => sd * random.normal());
  const [bySeed, byRoute] = [draw(design.seeds, design.seed), draw(design.routes, design.route)];
  const [own, control]: [RunResult[], RunResult[]] = [[], []];
  for (const [t, route] of byRoute.entries()) {
    for (const [s, seed] of bySeed.entries()) {
      own.push(runAt(t, s, seed + route + design.rest * random.normal()));
      control.push(runAt(t, s, seed + design.rest * random.normal()));
    }
  }
  return pairSeeds(own, control, 'test/top1');
}

/** Studies of independent contrasts. */
function simulate(design: Design): PairedSeeds[][] {
  return Array.from({ length: STUDIES }, (_, study) => {
    const stream = createRandom(0).at(`A/A ${design.seeds} ${design.routes}`, 0, study);
    return Array.from({ length: CONTRASTS }, () => pairUp(design, stream));
  });
}

const share = <T>(items: readonly T[], holds: (item: T) => boolean): number =>
  items.filter(holds).length / items.length;
const covers = (interval: { readonly low: number; readonly high: number } | undefined): boolean =>
  interval !== undefined && interval.low <= 0 && interval.high >= 0;
/** Three standard deviations of a share of 5 % in n. */
const slack = (n: number): number => 3 * Math.sqrt((0.05 * 0.95) / n);

describe.each([
  { seeds: 2, routes: 1, route: 0, seed: 0.4, rest: 0.25 },
  { seeds: 3, routes: 1, route: 0, seed: 0.4, rest: 0.25 },
  { seeds: 6, routes: 1, route: 0, seed: 0.4, rest: 0.25 },
  { seeds: 8, routes: 2, route: 0, seed: 0.1, rest: 0.25 },
])('$seeds seeds, routes: $routes', (design) => {
  const studies = simulate(design);
  const all = studies.flat();

  test('the paired interval covers 0 in 93 to 97 of 100', () => {
    const found = share(all, (pair) => covers(pairedT(pair.differences)));
    expect(found).toBeGreaterThan(0.93);
    expect(found).toBeLessThan(0.97);
  });

  test('Welch, without the pairs, covers at least as often', () => {
    const found = share(all, (pair) => covers(welch(pair.own, pair.theirs)));
    expect(found).toBeGreaterThan(0.93);
  });

  test('after Holm a study of ten contrasts errs in 5 of 100 at most', () => {
    const wrong = share(studies, (pairs) =>
      holm(pairs.map((p) => pairedT(p.differences)?.p ?? 1)).some((p) => p <= 0.05),
    );
    expect(wrong).toBeLessThan(0.05 + slack(STUDIES));
  });

  test('at the margin itself equivalence is found in 5 of 100 at most', () => {
    const shifted = all.map((pair) => pair.differences.map((d) => d + 0.006));
    expect(share(shifted, (d) => equivalence(d, 0.006)?.equivalent === true)).toBeLessThan(
      0.05 + slack(TOTAL),
    );
  });
});

test('six seeds: sign flips give p ≤ 0.05 as often as they can, which is 2 of 64', () => {
  const all = simulate({ seeds: 6, routes: 1, route: 0, seed: 0.4, rest: 0.25 }).flat();
  const found = share(all, (pair) => (signFlip(pair.differences)?.p ?? 1) <= 0.05);
  expect(Math.abs(found - 2 / 64)).toBeLessThan(3 * Math.sqrt(((2 / 64) * (62 / 64)) / TOTAL));
});

test('six seeds: the bootstrap interval covers 0 in 92 to 98 of 100', () => {
  // 500 intervals: a standard deviation of 1 point.
  const pairs = simulate({ seeds: 6, routes: 1, route: 0, seed: 0.4, rest: 0.25 }).flat().slice(0, 500);
  const found = share(pairs, (pair) => covers(bootstrapMean(pair.differences, { resamples: 2000 })));
  expect(found).toBeGreaterThan(0.92);
  expect(found).toBeLessThan(0.98);
});

test('routes that move the difference: only the interval over routes tells the truth about other teachers', () => {
  const all = simulate({ seeds: 6, routes: 3, route: 0.3, seed: 0.4, rest: 0.25 }).flat();
  // Given these teachers the difference is not 0: their own mean is what the interval is about.
  expect(share(all, (pair) => covers(pairedT(pair.differences)))).toBeLessThan(0.7);
  // Satterthwaite's degrees of freedom are an approximation: it may cover somewhat more.
  const over = share(all, (pair) => covers(varianceOf(pair)?.overRoutes));
  expect(over).toBeGreaterThan(0.93);
  expect(over).toBeLessThan(0.99);
  const splits = all.map(varianceOf).filter((split) => split !== undefined);
  const variance = (of: 'route' | 'rest'): number =>
    splits.reduce((sum, s) => sum + s[of] ** 2, 0) / splits.length;
  // In points: 0.3² between routes, 2 · 0.25² within. A variance below 0 counts as 0, which adds a little.
  expect(Math.sqrt(variance('route')) * 100).toBeCloseTo(0.3, 1);
  expect(Math.sqrt(variance('rest')) * 100).toBeCloseTo(Math.SQRT2 * 0.25, 1);
});

test('six seeds dealt to three such teachers: the interval over routes again', () => {
  const random = createRandom(0).at('dealt');
  const pairs = Array.from({ length: TOTAL }, () => {
    const routes = [0, 1, 2].map(() => 0.3 * random.normal());
    const runs = Array.from({ length: 6 }, (_, s) => {
      const seed = 0.4 * random.normal();
      const own = runAt(s % 3, s, seed + (routes[s % 3] ?? NaN) + 0.25 * random.normal());
      return { own, control: runAt(s % 3, s, seed + 0.25 * random.normal()) };
    });
    return pairSeeds(
      runs.map((r) => r.own),
      runs.map((r) => r.control),
      'test/top1',
    );
  });
  const over = share(pairs, (pair) => covers(varianceOf(pair)?.overRoutes));
  expect(over).toBeGreaterThan(0.93);
  expect(over).toBeLessThan(0.97);
});
