/** The input transform Bᵀ·d·B of 6×6 tiles, shared by the passes of Winograd's F(4×4, 3×3). */
import { madd } from './madd';

/** Bytes from one transformed tile to the next; not a multiple of 4096, which would crowd a few cache sets. */
// @ts-ignore: decorator
@inline
export function tileBytes(channels: i32): i32 {
  return 144 * channels + 64;
}

/** Writes the 36 points of a tile as [36][channels]. @param work scratch, 576 bytes */
export function inputTile(source: usize, row: usize, target: usize, pixel: usize, work: usize): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    for (let y: usize = 0; y < 6; y++) inputLine(source + y * row + c, pixel, work + y * 96, 16);
    for (let x: usize = 0; x < 6; x++) inputLine(work + (x << 4), 96, target + x * pixel + c, 6 * pixel);
  }
}

/** Six values from six: the rows of Bᵀ. */
// @ts-ignore: decorator
@inline
function inputLine(source: usize, step: usize, target: usize, stride: usize): void {
  const four = f32x4.splat(4), two = f32x4.splat(2), five = f32x4.splat(-5), minus = f32x4.splat(-4);
  const d0 = v128.load(source), d1 = v128.load(source + step), d2 = v128.load(source + 2 * step);
  const d3 = v128.load(source + 3 * step), d4 = v128.load(source + 4 * step), d5 = v128.load(source + 5 * step);
  const even = madd(d2, minus, d4), odd = madd(d1, minus, d3);
  const near = f32x4.sub(d4, d2), far = f32x4.mul(f32x4.sub(d3, d1), two);
  v128.store(target, madd(d0, four, madd(d2, five, d4)));
  v128.store(target + stride, f32x4.add(even, odd));
  v128.store(target + 2 * stride, f32x4.sub(even, odd));
  v128.store(target + 3 * stride, f32x4.add(near, far));
  v128.store(target + 4 * stride, f32x4.sub(near, far));
  v128.store(target + 5 * stride, madd(d1, four, madd(d3, five, d5)));
}
