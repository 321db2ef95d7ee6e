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

/** Undefined for no values. */
export function spread(values: readonly number[]): Spread | undefined {
  const n = values.length;
  if (n === 0) return undefined;
  const mean = values.reduce((sum, v) => sum + v, 0) / n;
  if (n === 1) return { n, mean };
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return { n, mean, sd: Math.sqrt(squares / (n - 1)) };
}

/** The mean of paired differences with its 95 % t-interval; undefined for no pairs. */
export function estimate(differences: readonly number[]): Estimate | undefined {
  const found = spread(differences);
  if (found?.sd === undefined) return found;
  return { ...found, halfWidth: halfWidth(found.sd, found.n) };
}

/** Half of the 95 % t-interval of a mean of `n` values, n ≥ 2, with standard deviation `sd`. */
export function halfWidth(sd: number, n: number): number {
  return (tQuantile(0.975, n - 1) * sd) / Math.sqrt(n);
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
