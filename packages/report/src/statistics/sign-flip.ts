/** The exact sign-flip test: if the conditions do not differ, each difference might as well have had the other sign. */
import { createRandom } from '@cairn/core';

/** With fewer seeds no test without assumptions can give p < 0.05, and a bootstrap has too little to draw from. */
export const FEWEST_SEEDS = 6;

/** Up to so many differences every assignment of signs is looked at. */
const EXACT_UP_TO = 20;
const DRAWS = 100_000;

export interface SignFlip {
  /** Two-sided. */
  readonly p: number;
  /** Over all 2ⁿ assignments of signs, or over drawn ones. */
  readonly exact: boolean;
}

/** The smallest two-sided p that the test can give with n differences: 2/2ⁿ. */
export function smallestP(n: number): number {
  return 2 ** (1 - n);
}

/** Tests the mean of the differences against 0; undefined with fewer than 6. */
export function signFlip(differences: readonly number[], seed = 0): SignFlip | undefined {
  const n = differences.length;
  if (n < FEWEST_SEEDS) return undefined;
  const bound = threshold(differences);
  if (n > EXACT_UP_TO) return { p: drawnP(differences, bound, seed), exact: false };
  // The first sign is kept: its mirror image is as far from 0.
  const total = 2 ** (n - 1);
  let far = 0;
  for (let signs = 0; signs < total; signs++) {
    let sum = differences[0] as number;
    for (let i = 1; i < n; i++) {
      const d = differences[i] as number;
      sum += (signs >> (i - 1)) & 1 ? -d : d;
    }
    if (Math.abs(sum) >= bound) far++;
  }
  return { p: far / total, exact: true };
}

/** Sums that are equal but for rounding count as equal. */
function threshold(differences: readonly number[]): number {
  const sum = differences.reduce((a, d) => a + d, 0);
  const scale = differences.reduce((a, d) => a + Math.abs(d), 0);
  return Math.abs(sum) - 1e-12 * scale;
}

/** The observed signs count as one of the draws, so that p is never 0 (Phipson & Smyth, 2010). */
function drawnP(differences: readonly number[], bound: number, seed: number): number {
  const stream = createRandom(seed).at('sign-flip');
  let far = 1;
  for (let draw = 0; draw < DRAWS; draw++) {
    let sum = 0;
    for (const d of differences) sum += stream.uint32() >>> 31 ? -d : d;
    if (Math.abs(sum) >= bound) far++;
  }
  return far / (DRAWS + 1);
}
