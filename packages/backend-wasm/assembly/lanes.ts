/**
 * Loads and stores of four floats, or of the last one to three. Loops over channels are compiled twice, as `<v128>` for
 * four channels and as `<f32>` for the rest, so that the usual case has no branches (the optimiser does not unswitch them).
 */

// @ts-ignore: decorator
@inline
export function loadLanes<T>(source: usize, count: i32): v128 {
  if (isVector<T>()) return v128.load(source);
  let value = f32x4.splat(0);
  if (count > 0) value = v128.load_lane<f32>(source, value, 0);
  if (count > 1) value = v128.load_lane<f32>(source, value, 1, 4);
  if (count > 2) value = v128.load_lane<f32>(source, value, 2, 8);
  if (count > 3) value = v128.load_lane<f32>(source, value, 3, 12);
  return value;
}

// @ts-ignore: decorator
@inline
export function storeLanes<T>(target: usize, value: v128, count: i32): void {
  if (isVector<T>()) {
    v128.store(target, value);
    return;
  }
  if (count > 0) v128.store_lane<f32>(target, value, 0);
  if (count > 1) v128.store_lane<f32>(target, value, 1, 4);
  if (count > 2) v128.store_lane<f32>(target, value, 2, 8);
  if (count > 3) v128.store_lane<f32>(target, value, 3, 12);
}
