/** Copies between layouts: concatenation and slices of channels or rows, and the channel shuffle of ShuffleNet. */

/** Copies `rows` runs of `bytes` bytes; strides are bytes from one run to the next. */
export function copyRows(
  source: usize, target: usize, rows: i32, bytes: i32, sourceStride: i32, targetStride: i32,
): void {
  if (bytes % 16 == 0) {
    for (let r = 0; r < rows; r++) {
      for (let o: usize = 0; o < <usize>bytes; o += 16) v128.store(target + o, v128.load(source + o));
      source += sourceStride;
      target += targetStride;
    }
    return;
  }
  for (let r = 0; r < rows; r++) {
    memory.copy(target, source, bytes);
    source += sourceStride;
    target += targetStride;
  }
}

/** Adds `rows` runs of `bytes` bytes of floats to the target's: the gradient of a value that is used twice. */
export function addRows(
  source: usize, target: usize, rows: i32, bytes: i32, sourceStride: i32, targetStride: i32,
): void {
  const full = <usize>bytes & ~15;
  for (let r = 0; r < rows; r++) {
    let o: usize = 0;
    for (; o < full; o += 16) v128.store(target + o, f32x4.add(v128.load(target + o), v128.load(source + o)));
    for (; o < <usize>bytes; o += 4) store<f32>(target + o, load<f32>(target + o) + load<f32>(source + o));
    source += sourceStride;
    target += targetStride;
  }
}

/**
 * Reads each pixel's channels as [groups][channels / groups] and writes them transposed. The gradient is the same
 * function with `channels / groups` groups.
 */
export function shuffleChannels(source: usize, target: usize, pixels: i32, channels: i32, groups: i32): void {
  const size = channels / groups;
  for (let p = 0; p < pixels; p++) {
    for (let j = 0; j < size; j++) {
      for (let i = 0; i < groups; i++) {
        store<f32>(target, load<f32>(source + (<usize>(i * size + j) << 2)));
        target += 4;
      }
    }
    source += <usize>channels << 2;
  }
}
