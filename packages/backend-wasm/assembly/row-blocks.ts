/**
 * Kernels over [rows, channels] walk in blocks of rows, and inside a block four channels at a time down the rows, with
 * the channels' constants in registers. Sums are single precision inside a block, double precision across blocks.
 */

/** A block that is summed: about 8 KB, which stay in the first-level cache, at most 256 rows. */
export function blockRows(channels: i32): i32 {
  return min(256, max(16, 2048 / channels));
}

/**
 * A block that only passes through: about 1 KB of each operand, so that memory is read in order, as far as its
 * prefetchers see.
 */
export function passingRows(channels: i32): i32 {
  return max(4, 256 / channels);
}
