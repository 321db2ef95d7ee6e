/** The bootstrap interval of a mean over seeds. */
import { createRandom } from '@cairn/core';
import { normalCumulative } from './normal.ts';
import { type Interval } from './sample.ts';
import { FEWEST_SEEDS } from './sign-flip.ts';
import { tQuantile } from './student-t.ts';

const RESAMPLES = 20_000;

export interface BootstrapOptions {
  /** Of the draws. @default 0 */
  readonly seed?: number;
  /** @default 20000 */
  readonly resamples?: number;
}

/**
 * The expanded percentile interval, 95 %: percentiles moved outwards so that for normal data they agree with the
 * t-interval; the plain ones are too narrow for few values (Hesterberg, arXiv 1411.5279).
 * @returns undefined with fewer than 6 values
 */
export function bootstrapMean(
  values: readonly number[],
  options: BootstrapOptions = {},
): Interval | undefined {
  const n = values.length;
  if (n < FEWEST_SEEDS) return undefined;
  const { seed = 0, resamples = RESAMPLES } = options;
  const stream = createRandom(seed).at('bootstrap');
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[stream.below(n)] as number;
    return sum / n;
  });
  return percentiles(means, expandedTail(n));
}

/** The share in each tail, for 95 %: Φ(−√(n/(n−1))·t), with t of n − 1 degrees. */
export function expandedTail(n: number): number {
  return normalCumulative(-Math.sqrt(n / (n - 1)) * tQuantile(0.975, n - 1));
}

/** Between the quantiles `tail` and 1 − `tail`, interpolated linearly. */
export function percentiles(values: Float64Array, tail: number): Interval {
  const sorted = values.toSorted();
  const at = (p: number): number => {
    const place = p * (sorted.length - 1);
    const [below, above] = [Math.floor(place), Math.ceil(place)];
    const low = sorted[below] as number;
    return low + (place - below) * ((sorted[above] as number) - low);
  };
  return { low: at(tail), high: at(1 - tail) };
}
