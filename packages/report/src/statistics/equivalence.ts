/** Whether two conditions are the same for all practical purposes. */
import { type Interval, spread } from './sample.ts';
import { pairedT } from './paired.ts';
import { tTail } from './student-t.ts';

export interface Equivalence extends Interval {
  /** In the units of the differences. */
  readonly margin: number;
  /** The larger one of the two one-sided tests. */
  readonly p: number;
  /** p ≤ 0.05, which is the same as: the 90 % interval, `low` to `high`, lies within ± margin. */
  readonly equivalent: boolean;
}

/**
 * Two one-sided tests (Schuirmann 1987): rejects at 5 % that the true mean is ± margin or further from 0.
 * @param margin above 0, declared before the data were seen
 * @returns undefined under two differences
 */
export function equivalence(differences: readonly number[], margin: number): Equivalence | undefined {
  if (!(margin > 0)) throw new RangeError(`margin: got ${margin}; above 0`);
  const found = spread(differences);
  const interval = pairedT(differences, 0.9);
  if (found?.sd === undefined || interval === undefined) return undefined;
  const p = oneSided(margin - Math.abs(found.mean), found.sd / Math.sqrt(found.n), found.n - 1);
  const { low, high } = interval;
  return { margin, low, high, p, equivalent: p <= 0.05 };
}

/** Probability of a mean as far inside the margin, if the truth is at the margin. */
function oneSided(inside: number, standardError: number, freedom: number): number {
  if (standardError === 0) return inside > 0 ? 0 : 1;
  const tail = tTail(Math.abs(inside) / standardError, freedom);
  return inside >= 0 ? tail : 1 - tail;
}
