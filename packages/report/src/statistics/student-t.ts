/** Student's t distribution, central and not, and its quantiles. */
import { normalCumulative } from './normal.ts';
import { incompleteBeta, invert, logGamma } from './special.ts';

/**
 * The value below which t lies with probability `p`.
 * @param p above 0 and below 1
 * @param freedom degrees of freedom, above 0
 */
export function tQuantile(p: number, freedom: number): number {
  if (p < 0.5) return -tQuantile(1 - p, freedom);
  if (p === 0.5) return 0;
  return invert((t) => tCumulative(t, freedom), p, 0, 1);
}

/** Probability that t with `freedom` degrees lies below `t`. Abramowitz & Stegun 26.7.1. */
export function tCumulative(t: number, freedom: number): number {
  const tail = tTail(Math.abs(t), freedom);
  return t > 0 ? 1 - tail : tail;
}

/** Probability that |t| is at least `t` in either direction. */
export function tTwoSided(t: number, freedom: number): number {
  return Math.min(1, 2 * tTail(Math.abs(t), freedom));
}

/** Probability of more than t ≥ 0. */
export function tTail(t: number, freedom: number): number {
  return 0.5 * incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
}

/**
 * Probability that noncentral t lies below `t`. The series of Lenth, "Algorithm AS 243", Applied Statistics 38 (1989).
 * @param shift the noncentrality, of either sign
 */
export function noncentralTCumulative(t: number, freedom: number, shift: number): number {
  if (t < 0) return 1 - noncentralTCumulative(-t, freedom, -shift);
  const x = (t * t) / (freedom + t * t);
  const half = (shift * shift) / 2;
  let sum = normalCumulative(-shift);
  if (x === 0) return sum;
  // Past the mode of the weights and 12 of its widths nothing is left of them.
  const last = Math.ceil(half + 12 * Math.sqrt(half + 1) + 20);
  for (let j = 0; j <= last; j++) {
    const log = half === 0 ? (j === 0 ? 0 : -Infinity) : j * Math.log(half) - half;
    const even = Math.exp(log - logGamma(j + 1));
    const odd = (shift / Math.SQRT2) * Math.exp(log - logGamma(j + 1.5));
    sum +=
      0.5 * (even * incompleteBeta(x, j + 0.5, freedom / 2) + odd * incompleteBeta(x, j + 1, freedom / 2));
  }
  return Math.min(1, Math.max(0, sum));
}
