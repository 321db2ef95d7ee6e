/**
 * Kernels over [rows, channels] walk in blocks of rows, and inside a block four channels at a time down the rows, with
 * the channels' constants in registers. A block (about 8 KB, at most 256 rows) stays in the first-level cache, and sums
 * are single precision inside a block, double precision across blocks.
 */
export function blockRows(channels: i32): i32 {
  return min(256, max(16, 2048 / channels));
}
