/** out[ids[i]] += x[i] over rows of `inner` values; rows whose id is outside 0 … segments − 1 are dropped. */
export function segmentSum(
  x: usize, ids: usize, out: usize, count: i32, inner: i32, segments: i32, integer: bool,
): void {
  memory.fill(out, 0, <usize>segments * <usize>inner << 2);
  for (let i = 0; i < count; i++) {
    const id = load<i32>(ids + (<usize>i << 2));
    if (id < 0 || id >= segments) continue;
    const source = x + (<usize>i * <usize>inner << 2), target = out + (<usize>id * <usize>inner << 2);
    if (integer) addRow<i32>(source, target, inner);
    else addRow<f32>(source, target, inner);
  }
}

// @ts-ignore: decorator
@inline
function addRow<T>(source: usize, target: usize, inner: i32): void {
  for (let o: usize = 0; o < (<usize>inner << 2); o += 4) store<T>(target + o, load<T>(target + o) + load<T>(source + o));
}
