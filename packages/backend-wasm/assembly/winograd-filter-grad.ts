/**
 * Filter gradient of a 3×3 convolution of stride 1 by the transpose of Winograd's F(4×4, 3×3): per block of tiles, the
 * products of transformed input and transformed dy are added up at each of 36 points; at the end the sums are
 * transformed back to 3×3.
 */
import { madd } from './madd';
import { panelWidth } from './pack-filter';
import { gradientRows, panel, pointGradientTile } from './tiles';
import { inputTile, tileBytes } from './winograd-input';

/** Tiles per block: enough products per sum, few enough to stay in cache. */
const block = 48;

/** Bytes of scratch that `winogradFilterGrad` needs. */
export function winogradFilterGradScratch(channels: i32, outChannels: i32): i32 {
  return 576 + block * (tileBytes(channels) + tileBytes(outChannels));
}

/**
 * @param sums [36][channels][outChannels], added to
 * @param tiles table of byte offsets: of a tile's first input pixel, of its first dy pixel
 */
export function winogradFilterGrad(
  source: usize, dy: usize, sums: usize, tiles: usize, tileCount: i32, sourceRow: usize, dyRow: usize,
  channels: i32, outChannels: i32, work: usize,
): void {
  const inputs = work + 576, gradients = inputs + block * tileBytes(channels);
  const pixel = <usize>channels << 2, outPixel = <usize>outChannels << 2;
  const point = <usize>(outChannels * channels) << 2;
  for (let first = 0; first < tileCount; first += block) {
    const count = min(block, tileCount - first), entry = tiles + (<usize>first << 3);
    for (let i = 0; i < count; i++) {
      const offsets = entry + (<usize>i << 3);
      inputTile(source + load<i32>(offsets), sourceRow, inputs + i * tileBytes(channels), pixel, work);
      gradientPoints(dy + load<i32>(offsets, 4), dyRow, gradients + i * tileBytes(outChannels), outPixel, work);
    }
    for (let p = 0; p < 36; p++) {
      pointSums(inputs + p * pixel, gradients + p * outPixel, sums + p * point, count, channels, outChannels);
    }
  }
}

/** Adds the products of all tiles of a block at one point. */
function pointSums(
  inputs: usize, gradients: usize, sums: usize, count: i32, channels: i32, outChannels: i32,
): void {
  const step = tileBytes(channels), outStep = tileBytes(outChannels), row = <usize>outChannels << 2;
  for (let c = 0, rows = 6; c < channels; c += rows) {
    rows = gradientRows(channels - c);
    for (let channel = 0, width = panel; channel < outChannels; channel += width) {
      const left = outChannels - channel, o = <usize>channel << 2;
      width = panelWidth(left);
      pointGradientTile(inputs + (<usize>c << 2), gradients + o, step, outStep, count, sums + <usize>c * row + o, row,
        min(rows, channels - c), left);
    }
  }
}

function gradientPoints(source: usize, row: usize, target: usize, pixel: usize, work: usize): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    for (let y: usize = 0; y < 4; y++) gradientLine(source + y * row + c, pixel, work + y * 96, 16);
    for (let x: usize = 0; x < 6; x++) gradientLine(work + (x << 4), 96, target + x * pixel + c, 6 * pixel);
  }
}

/** Six values from four: the rows of A. */
// @ts-ignore: decorator
@inline
function gradientLine(source: usize, step: usize, target: usize, stride: usize): void {
  const d0 = v128.load(source), d1 = v128.load(source + step), d2 = v128.load(source + 2 * step);
  const d3 = v128.load(source + 3 * step);
  const even = f32x4.add(d0, d2), odd = f32x4.add(d1, d3);
  const far = madd(d2, f32x4.splat(4), d0), wide = f32x4.mul(madd(d3, f32x4.splat(4), d1), f32x4.splat(2));
  v128.store(target, d0);
  v128.store(target + stride, f32x4.add(even, odd));
  v128.store(target + 2 * stride, f32x4.sub(even, odd));
  v128.store(target + 3 * stride, f32x4.add(far, wide));
  v128.store(target + 4 * stride, f32x4.sub(far, wide));
  v128.store(target + 5 * stride, d3);
}

/** dw [3][3][channels][outChannels] from the sums. @param work scratch, 288 bytes */
export function winogradFilterGradEnd(sums: usize, dw: usize, channels: i32, outChannels: i32, work: usize): void {
  const point = <usize>(channels * outChannels) << 2;
  for (let o: usize = 0; o < point; o += 16) {
    for (let x: usize = 0; x < 6; x++) endLine(sums + x * point + o, 6 * point, work + (x << 4), 96);
    for (let y: usize = 0; y < 3; y++) endLine(work + y * 96, 16, dw + 3 * y * point + o, point);
  }
}

/** Three values from six: the columns of G. */
// @ts-ignore: decorator
@inline
function endLine(source: usize, step: usize, target: usize, stride: usize): void {
  const s0 = v128.load(source), s1 = v128.load(source + step), s2 = v128.load(source + 2 * step);
  const s3 = v128.load(source + 3 * step), s4 = v128.load(source + 4 * step), s5 = v128.load(source + 5 * step);
  const near = f32x4.mul(f32x4.add(s1, s2), f32x4.splat(-1.0 / 6)), far = f32x4.add(s3, s4);
  const slope = f32x4.mul(f32x4.sub(s2, s1), f32x4.splat(1.0 / 6));
  v128.store(target, madd(far, f32x4.splat(1.0 / 24), madd(s0, f32x4.splat(0.25), near)));
  v128.store(target + stride, madd(f32x4.sub(s3, s4), f32x4.splat(1.0 / 12), slope));
  v128.store(target + 2 * stride, f32x4.add(madd(far, f32x4.splat(1.0 / 6), near), s5));
}
