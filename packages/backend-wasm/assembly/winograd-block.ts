/** Bytes from one transformed tile of a block to the next; not a multiple of 4096, which would crowd a few cache sets. */
// @ts-ignore: decorator
@inline
export function tileBytes(channels: i32): usize {
  return 144 * <usize>channels + 64;
}
