/**
 * What a convolution of a frozen network does to its sums before it stores them: add the channel's bias, add the
 * residual, clip. Address 0 means that a part is missing; without any part a caller skips the epilogue.
 */
import { loadLanes } from './lanes';

/** No clipping, max(0, x), or min(6, max(0, x)). */
export const activationNone = 0;
export const activationRelu = 1;
export const activationRelu6 = 2;

/** `base + offset`, or 0 where there is no base. */
// @ts-ignore: decorator
@inline
export function at(base: usize, offset: usize): usize {
  return base == 0 ? 0 : base + offset;
}

/**
 * @param bias address of the bias of these channels, or 0
 * @param residual address of what is added to these channels, or 0
 * @param left channels that are there, where `T` is `f32`
 */
// @ts-ignore: decorator
@inline
export function finish<T>(value: v128, bias: usize, residual: usize, activation: i32, left: i32): v128 {
  if (bias != 0) value = f32x4.add(value, loadLanes<T>(bias, left));
  if (residual != 0) value = f32x4.add(value, loadLanes<T>(residual, left));
  if (activation != activationNone) value = f32x4.max(value, f32x4.splat(0));
  if (activation == activationRelu6) value = f32x4.min(value, f32x4.splat(6));
  return value;
}
