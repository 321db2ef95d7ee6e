/** The normal and the chi-square distribution. */
import { incompleteGamma, incompleteGammaUpper, invert } from './special.ts';

/** Probability that a standard normal value lies below `z`. */
export function normalCumulative(z: number): number {
  const tail = 0.5 * incompleteGammaUpper(0.5, (z * z) / 2);
  return z > 0 ? 1 - tail : tail;
}

/** The value below which chi-square with `freedom` degrees lies with probability `p`, above 0 and below 1. */
export function chiSquareQuantile(p: number, freedom: number): number {
  return invert((x) => incompleteGamma(freedom / 2, x / 2), p, 0, freedom);
}
