/**
 * What a convolution of a frozen network adds to its sums before it stores them: the channel's bias, a residual, and
 * an activation, which clips. Address 0 means that a part is missing.
 */

/** No clipping, max(0, x), or min(6, max(0, x)). */
const relu = 1;
const relu6 = 2;

/** `base + offset`, or 0 where there is no base. */
// @ts-ignore: decorator
@inline
export function at(base: usize, offset: usize): usize {
  return base == 0 ? 0 : base + offset;
}

/** The smallest value that an activation lets through: −∞ or 0, without a branch, which would keep V8 from joining vectors. */
// @ts-ignore: decorator
@inline
export function activationFloor(activation: i32): v128 {
  return i32x4.splat(reinterpret<i32>(<f32>-Infinity) & (<i32>(activation >= relu) - 1));
}

/** The largest value that an activation lets through: ∞ or 6. */
// @ts-ignore: decorator
@inline
export function activationCeiling(activation: i32): v128 {
  const infinity = reinterpret<i32>(<f32>Infinity), six = reinterpret<i32>(<f32>6);
  return i32x4.splat(infinity - (infinity - six) * <i32>(activation == relu6));
}
