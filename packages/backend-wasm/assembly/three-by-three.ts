/**
 * Whether a list of taps is three rows of three neighbouring pixels.
 * @param taps byte offsets, `stride` bytes apart
 */
export function isThreeByThree(taps: usize, tapCount: i32, channels: i32, stride: usize): bool {
  if (tapCount != 9) return false;
  const pixel = channels << 2;
  for (let row = 0; row < 3; row++, taps += 3 * stride) {
    const first = load<i32>(taps);
    if (load<i32>(taps + stride) != first + pixel || load<i32>(taps + 2 * stride) != first + 2 * pixel) return false;
  }
  return true;
}
