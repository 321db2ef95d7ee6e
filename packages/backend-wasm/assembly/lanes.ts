/** Stores the first `count` (0 to 4) lanes. */
// @ts-ignore: decorator
@inline
export function storeLanes(target: usize, value: v128, count: i32): void {
  if (count >= 4) {
    v128.store(target, value);
    return;
  }
  if (count > 0) v128.store_lane<f32>(target, value, 0);
  if (count > 1) v128.store_lane<f32>(target, value, 1, 4);
  if (count > 2) v128.store_lane<f32>(target, value, 2, 8);
}

/** Loads the first `count` (0 to 4) lanes, the rest zero. */
// @ts-ignore: decorator
@inline
export function loadLanes(source: usize, count: i32): v128 {
  if (count >= 4) return v128.load(source);
  let value = f32x4.splat(0);
  if (count > 0) value = v128.load_lane<f32>(source, value, 0);
  if (count > 1) value = v128.load_lane<f32>(source, value, 1, 4);
  if (count > 2) value = v128.load_lane<f32>(source, value, 2, 8);
  return value;
}
