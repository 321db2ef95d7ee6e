/** The statistics of `@cairn/report` against SciPy. */
import {
  bootstrapMean,
  chiSquareQuantile,
  correlation,
  equivalence,
  holm,
  noncentralTCumulative,
  normalCumulative,
  pairedT,
  powerOf,
  signFlip,
  splitVariance,
  spread,
  tCumulative,
  tQuantile,
  welch,
} from '@cairn/report';
import { describe, expect, test } from 'vitest';
import fixture from './statistics.json' with { type: 'json' };

/** Relative to the expected value. */
function expectNear(found: number | undefined, expected: number, tolerance = 1e-10): void {
  const scale = Math.max(Math.abs(expected), 1e-12);
  expect(Math.abs((found ?? NaN) - expected) / scale, `${found} for ${expected}`).toBeLessThan(tolerance);
}

function expectInterval(
  found: { readonly low: number; readonly high: number } | undefined,
  [low = NaN, high = NaN]: readonly number[],
  tolerance?: number,
): void {
  expectNear(found?.low, low, tolerance);
  expectNear(found?.high, high, tolerance);
}

describe.each(Object.entries(fixture.samples))('%s', (_, sample) => {
  const { a, b } = sample;
  const differences = a.map((value, i) => value - (b[i] ?? NaN));

  test('paired t, Welch, correlation', () => {
    const [t, w] = [pairedT(differences), welch(a, b)];
    expectNear(spread(differences)?.sd, sample.sd);
    expectNear(t?.mean, sample.mean);
    expectInterval(t, sample.t.interval);
    expectNear(t?.p, sample.t.p);
    expectInterval(w, sample.welch.interval, 1e-9);
    expectNear(w?.p, sample.welch.p);
    expectNear(w?.freedom, sample.welch.freedom);
    expectNear(correlation(a, b), sample.correlation);
  });

  test('equivalence', () => {
    const found = equivalence(differences, sample.tost.margin);
    expectNear(found?.p, sample.tost.p);
    expectInterval(found, sample.tost.interval);
  });

  test('sign flips, and the bootstrap against all resamples there are', () => {
    const { signFlip: p, bootstrap: all } = sample as {
      readonly signFlip?: number;
      readonly bootstrap?: readonly number[];
    };
    if (p === undefined) expect(signFlip(differences)).toBeUndefined();
    else expectNear(signFlip(differences)?.p, p);
    if (all === undefined) return;
    const found = bootstrapMean(differences, { resamples: 200_000 });
    // The tail holds 480 of the resamples: 5 % more or fewer of them move its end by about 0.01 standard deviations.
    expect(Math.abs((found?.low ?? NaN) - (all[0] ?? NaN))).toBeLessThan(0.03 * sample.sd);
    expect(Math.abs((found?.high ?? NaN) - (all[1] ?? NaN))).toBeLessThan(0.03 * sample.sd);
  });
});

test('distributions and quantiles', () => {
  const {
    normal,
    chiSquareQuantile: chiSquare,
    t,
    tQuantile: quantiles,
    noncentralT,
  } = fixture.distributions;
  for (const [z = NaN, p = NaN] of normal) expectNear(normalCumulative(z), p);
  for (const [p = NaN, k = NaN, x = NaN] of chiSquare) expectNear(chiSquareQuantile(p, k), x);
  for (const [x = NaN, k = NaN, p = NaN] of t) expectNear(tCumulative(x, k), p);
  for (const [p = NaN, k = NaN, x = NaN] of quantiles) expectNear(tQuantile(p, k), x);
  for (const [x = NaN, k = NaN, d = NaN, p = NaN] of noncentralT)
    expectNear(noncentralTCumulative(x, k, d), p, 1e-9);
});

test('power of the paired t-test', () => {
  for (const { n, effect, power } of fixture.power) expectNear(powerOf(effect, n), power, 1e-8);
});

test("Holm's adjustment", () => {
  holm(fixture.holm.ps).forEach((p, i) => expectNear(p, fixture.holm.adjusted[i] ?? NaN));
});

test('routes and seeds as random effects', () => {
  const { table, route, seed, rest, interval, freedom } = fixture.twoWay;
  const found = splitVariance(table);
  expectNear(found.route, route);
  expectNear(found.seed, seed);
  expectNear(found.rest, rest);
  expectNear(found.overRoutes.freedom, freedom);
  expectInterval(found.overRoutes, interval);
});
