/** What the contrasts of one metric could have shown together. */
import { detectable } from '../statistics/power.ts';
import { pooledSd, type Spread } from '../statistics/sample.ts';

export interface Visible {
  /** The most that a contrast has. */
  readonly seeds: number;
  /** Least true difference that is shown with 80 % power with these seeds, and with twice as many. */
  readonly now: number;
  readonly withTwice: number;
}

/** From the pooled standard deviation of paired differences; undefined where no contrast has two seeds. */
export function visibleIn(differences: readonly Spread[]): Visible | undefined {
  const sd = pooledSd(differences);
  if (sd === undefined) return undefined;
  const seeds = Math.max(...differences.map((difference) => difference.n));
  return { seeds, now: detectable(sd, seeds), withTwice: detectable(sd, 2 * seeds) };
}
