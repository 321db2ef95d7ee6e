import { expect, test } from 'vitest';
import { tCumulative, tQuantile } from './student-t.ts';

test('one degree of freedom is the Cauchy distribution', () => {
  // F(t) = 1/2 + arctan(t)/π
  for (const t of [-30, -1, -0.2, 0, 0.5, 1, 12.7]) {
    expect(tCumulative(t, 1)).toBeCloseTo(0.5 + Math.atan(t) / Math.PI, 13);
  }
  expect(tQuantile(0.975, 1)).toBeCloseTo(Math.tan(0.475 * Math.PI), 9);
});

test('two degrees of freedom have a closed form', () => {
  // F(t) = 1/2 + t / (2 √(2 + t²)); its inverse at p is (2p − 1) √(2 / (1 − (2p − 1)²)).
  for (const t of [-4.303, -1, 0.3, 2, 50]) {
    expect(tCumulative(t, 2)).toBeCloseTo(0.5 + t / (2 * Math.sqrt(2 + t * t)), 13);
  }
  expect(tQuantile(0.975, 2)).toBeCloseTo(0.95 * Math.sqrt(2 / (1 - 0.95 ** 2)), 11);
});

test('quantiles of the printed tables, three decimals', () => {
  const table: readonly (readonly [freedom: number, p95: number, p975: number, p995: number])[] = [
    [1, 6.314, 12.706, 63.657],
    [3, 2.353, 3.182, 5.841],
    [5, 2.015, 2.571, 4.032],
    [9, 1.833, 2.262, 3.25],
    [30, 1.697, 2.042, 2.75],
    [120, 1.658, 1.98, 2.617],
  ];
  for (const [freedom, p95, p975, p995] of table) {
    const found = [0.95, 0.975, 0.995].map((p) => Number(tQuantile(p, freedom).toFixed(3)));
    expect(found).toEqual([p95, p975, p995]);
  }
  // With many degrees it is the normal distribution: 1.959964.
  expect(tQuantile(0.975, 1e6)).toBeCloseTo(1.959964, 4);
});

test('quantile and distribution are inverse, and symmetric', () => {
  for (const freedom of [1, 2, 4, 7, 19]) {
    for (const p of [0.001, 0.2, 0.5, 0.8, 0.9999]) {
      expect(tCumulative(tQuantile(p, freedom), freedom)).toBeCloseTo(p, 12);
      expect(tQuantile(1 - p, freedom)).toBeCloseTo(-tQuantile(p, freedom), 9);
    }
  }
});
