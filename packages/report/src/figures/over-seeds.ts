/** Series of several seeds as one: mean and interval per epoch. */
import { mean } from '@cairn/core';
import { estimate } from '../statistics/sample.ts';
import type { RunTrace, TracePoint } from '../trace.ts';

export interface SeedPoint extends TracePoint {
  readonly low?: number;
  readonly high?: number;
}

/**
 * Epochs that all runs of a condition reached; the 95 % t-interval over student seeds where there are two. What
 * several teachers gave for one seed is averaged first.
 */
export function overSeeds(runs: readonly RunTrace[], metric: string): SeedPoint[] {
  const byEpoch = new Map<number, Map<number, number[]>>();
  const own = runs.filter((run) => run.series.has(metric));
  for (const { seed, series } of own) {
    for (const { epoch, value } of finite(series.get(metric))) {
      const seeds = byEpoch.get(epoch) ?? new Map<number, number[]>();
      seeds.set(seed, [...(seeds.get(seed) ?? []), value]);
      byEpoch.set(epoch, seeds);
    }
  }
  return [...byEpoch]
    .sort(([a], [b]) => a - b)
    .flatMap(([epoch, seeds]) => {
      const values = [...seeds.values()];
      if (values.reduce((sum, v) => sum + v.length, 0) < own.length) return [];
      const found = estimate(values.map((v) => mean(v)));
      if (found === undefined) return [];
      const { mean: value, halfWidth } = found;
      return [
        {
          epoch,
          value,
          ...(halfWidth === undefined ? {} : { low: value - halfWidth, high: value + halfWidth }),
        },
      ];
    });
}

/** Of a series, what can be drawn. */
export function finite(points: readonly TracePoint[] = []): readonly TracePoint[] {
  return points.filter(({ value }) => Number.isFinite(value));
}

/** Names the conditions some of whose values cannot be drawn; empty for none. */
export function lostSentence(runs: readonly RunTrace[], metrics: readonly string[]): string {
  const lost = runs.filter(({ series }) =>
    metrics.some((metric) => finite(series.get(metric)).length < (series.get(metric)?.length ?? 0)),
  );
  const names = conditionsOf(lost).join(', ');
  return names === '' ? '' : ` Left out where a seed gave no finite number: ${names}.`;
}

export function conditionsOf(runs: readonly { readonly condition: string }[]): string[] {
  return [...new Set(runs.map((run) => run.condition))];
}

export function seedsOf(runs: readonly { readonly seed: number }[]): number {
  return new Set(runs.map((run) => run.seed)).size;
}

/** `3 seeds`, `1 seed` */
export function counted(n: number, what: string): string {
  return `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;
}

/** What bands mean; with one seed, that there are none. */
export function bandSentence(seeds: number): string {
  return seeds > 1
    ? `Thick: mean of ${counted(seeds, 'seed')}; band: its 95 % t-interval; thin: each seed.`
    : 'One seed, so there is no interval.';
}
