/** What a number of seeds can show: the two-sided paired t-test at 5 %, by the noncentral t distribution. */
import { chiSquareQuantile } from './normal.ts';
import { invert } from './special.ts';
import { noncentralTCumulative, tQuantile } from './student-t.ts';

export const POWER = 0.8;
/** More seeds than this are as good as none. */
const MOST_SEEDS = 10_000;

/**
 * Probability that the 95 % interval of n paired differences excludes 0.
 * @param difference the true one, in standard deviations of a paired difference
 */
export function powerOf(difference: number, n: number): number {
  const critical = tQuantile(0.975, n - 1);
  const shift = Math.abs(difference) * Math.sqrt(n);
  // Far out the series has nothing to add: t would have to be less than half of what is expected.
  if (shift > 8 + 2 * critical) return 1;
  const below = noncentralTCumulative(critical, n - 1, shift);
  const wrongSide = noncentralTCumulative(-critical, n - 1, shift);
  return 1 - below + wrongSide;
}

/** The least true difference that n ≥ 2 seeds show with 80 % power, where paired differences vary by `sd`. */
export function detectable(sd: number, n: number, power = POWER): number {
  return effectOf(n, power) * sd;
}

const effects = new Map<string, number>();

/** In standard deviations: the same for every contrast of a study. */
function effectOf(n: number, power: number): number {
  const key = `${n} ${power}`;
  const known = effects.get(key);
  if (known !== undefined) return known;
  const found = invert((difference) => powerOf(difference, n), power, 0, 1);
  effects.set(key, found);
  return found;
}

/** How many seeds show a true difference with 80 % power; undefined above 10,000. */
export function seedsFor(difference: number, sd: number, power = POWER): number | undefined {
  if (!(difference > 0)) throw new RangeError(`difference: got ${difference}; above 0`);
  if (sd === 0) return 2;
  const enough = (n: number): boolean => powerOf(difference / sd, n) >= power;
  let high = 2;
  while (!enough(high)) {
    if (high >= MOST_SEEDS) return undefined;
    high = Math.min(MOST_SEEDS, high * 2);
  }
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * A standard deviation that the true one exceeds with 20 % probability only: what to plan with when few seeds were
 * seen (the upper limit recommended by Browne, Statistics in Medicine 14, 1995).
 */
export function cautiousSd(sd: number, n: number): number {
  return sd * Math.sqrt((n - 1) / chiSquareQuantile(0.2, n - 1));
}
