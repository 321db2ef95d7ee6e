/** Two conditions over the same seeds: their difference paired and, beside it, as if the seeds were not shared. */
import { type Interval, spread } from './sample.ts';
import { tQuantile, tTwoSided } from './student-t.ts';

/** A difference of means with its t-interval and the t-test against 0. */
export interface TInterval extends Interval {
  readonly mean: number;
  /** Of the mean. */
  readonly standardError: number;
  readonly freedom: number;
  /** Two-sided. Where nothing varies: 1 if the mean is 0, else 0. */
  readonly p: number;
}

/** The mean of paired differences; undefined under two of them. */
export function pairedT(differences: readonly number[], confidence = 0.95): TInterval | undefined {
  const found = spread(differences);
  if (found?.sd === undefined) return undefined;
  return tInterval(found.mean, found.sd / Math.sqrt(found.n), found.n - 1, confidence);
}

/**
 * The difference of the means of two independent samples with unequal variances, degrees of freedom by Satterthwaite
 * (Welch, Biometrika 34, 1947); undefined where one has under two values.
 */
export function welch(a: readonly number[], b: readonly number[], confidence = 0.95): TInterval | undefined {
  const [x, y] = [spread(a), spread(b)];
  if (x?.sd === undefined || y?.sd === undefined) return undefined;
  const [u, v] = [x.sd ** 2 / x.n, y.sd ** 2 / y.n];
  const freedom = u + v === 0 ? x.n + y.n - 2 : (u + v) ** 2 / (u ** 2 / (x.n - 1) + v ** 2 / (y.n - 1));
  return tInterval(x.mean - y.mean, Math.sqrt(u + v), freedom, confidence);
}

export function tInterval(
  mean: number,
  standardError: number,
  freedom: number,
  confidence = 0.95,
): TInterval {
  const half = tQuantile((1 + confidence) / 2, freedom) * standardError;
  const p = standardError === 0 ? (mean === 0 ? 1 : 0) : tTwoSided(mean / standardError, freedom);
  return { mean, low: mean - half, high: mean + half, standardError, freedom, p };
}
