/** Mean, spread and the t-interval of one sample. */
import { mean as meanOf } from '@cairn/core';
import { tQuantile } from './student-t.ts';

/** Mean and spread of a sample. */
export interface Spread {
  readonly n: number;
  readonly mean: number;
  /** Standard deviation of the sample (n − 1); absent for one value. */
  readonly sd?: number;
}

/** A mean with its interval. */
export interface Estimate extends Spread {
  /** Half of the 95 % t-interval of the mean; absent for one value. */
  readonly halfWidth?: number;
}

/** From `low` to `high`. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Undefined for no values. */
export function spread(values: readonly number[]): Spread | undefined {
  const n = values.length;
  if (n === 0) return undefined;
  const mean = meanOf(values);
  if (n === 1) return { n, mean };
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return { n, mean, sd: Math.sqrt(squares / (n - 1)) };
}

/** The mean of a sample with its 95 % t-interval; undefined for no values. */
export function estimate(values: readonly number[]): Estimate | undefined {
  const found = spread(values);
  if (found?.sd === undefined) return found;
  return { ...found, halfWidth: halfWidth(found.sd, found.n) };
}

/** Half of the t-interval of a mean of `n` values, n ≥ 2, with standard deviation `sd`. */
export function halfWidth(sd: number, n: number, confidence = 0.95): number {
  return (tQuantile((1 + confidence) / 2, n - 1) * sd) / Math.sqrt(n);
}

/** Standard deviation pooled over samples, each weighted with its degrees of freedom; undefined for none. */
export function pooledSd(samples: readonly Spread[]): number | undefined {
  let [squares, freedom] = [0, 0];
  for (const { n, sd } of samples) {
    if (sd === undefined) continue;
    squares += sd * sd * (n - 1);
    freedom += n - 1;
  }
  return freedom === 0 ? undefined : Math.sqrt(squares / freedom);
}

/** Pearson's correlation of two samples of one length; undefined under 3 pairs or where one does not vary. */
export function correlation(a: readonly number[], b: readonly number[]): number | undefined {
  if (a.length !== b.length) throw new RangeError(`correlation of ${a.length} and ${b.length} values`);
  if (a.length < 3) return undefined;
  const [ma, mb] = [meanOf(a), meanOf(b)];
  let [both, squaresA, squaresB] = [0, 0, 0];
  a.forEach((value, i) => {
    const [da, db] = [value - ma, (b[i] as number) - mb];
    both += da * db;
    squaresA += da * da;
    squaresB += db * db;
  });
  const scale = Math.sqrt(squaresA * squaresB);
  return scale === 0 ? undefined : both / scale;
}
