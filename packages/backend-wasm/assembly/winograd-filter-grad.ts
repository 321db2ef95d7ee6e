/**
 * Filter gradient of a 3×3 convolution of stride 1 by the transpose of Winograd's F(4×4, 3×3): per block of tiles, the
 * products of transformed input and transformed dy are added up at each of 36 points; at the end the sums are
 * transformed back to 3×3.
 */
import { panelWidth } from './pack-filter';
import { filterTaps, gradientPoints, gradientRows, inputPoints, panel, pointGradientTile, transformBytes } from './tiles';
import { tileBytes } from './winograd-block';

/** Tiles per block: enough products per sum, few enough to stay in cache. */
const block = 36;

/** Bytes of scratch that `winogradFilterGrad` needs. */
export function winogradFilterGradScratch(channels: i32, outChannels: i32): i32 {
  return transformBytes + block * <i32>(tileBytes(channels) + tileBytes(outChannels));
}

/** Bytes from the sums of one point to those of the next; off the multiples of 4096, which crowd a few cache sets. */
// @ts-ignore: decorator
@inline
function pointBytes(channels: i32, outChannels: i32): usize {
  return (<usize>(channels * outChannels) << 2) + 64;
}

/** Bytes of the sums of `winogradFilterGrad`. */
export function winogradFilterGradSums(channels: i32, outChannels: i32): i32 {
  return 36 * <i32>pointBytes(channels, outChannels);
}

/**
 * @param sums [36][channels][outChannels] with a gap between points (`winogradFilterGradSums`), added to
 * @param tiles table of byte offsets: of a tile's first input pixel, of its first dy pixel
 */
export function winogradFilterGrad(
  source: usize, dy: usize, sums: usize, tiles: usize, tileCount: i32, sourceRow: usize, dyRow: usize,
  channels: i32, outChannels: i32, work: usize,
): void {
  const inputs = work + transformBytes, gradients = inputs + block * tileBytes(channels);
  const pixel = <usize>channels << 2, outPixel = <usize>outChannels << 2;
  const point = pointBytes(channels, outChannels);
  for (let first = 0; first < tileCount; first += block) {
    const count = min(block, tileCount - first), entry = tiles + (<usize>first << 3);
    for (let i = 0; i < count; i++) {
      const offsets = entry + (<usize>i << 3);
      inputPoints(source + load<i32>(offsets), sourceRow, pixel, inputs + i * tileBytes(channels), 6 * pixel, pixel,
        pixel, work);
      gradientPoints(dy + load<i32>(offsets, 4), dyRow, outPixel, gradients + i * tileBytes(outChannels), 6 * outPixel,
        outPixel, outPixel, work);
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

/** dw [3][3][channels][outChannels] from the sums. @param work scratch of `winogradFilterGradScratch` */
export function winogradFilterGradEnd(sums: usize, dw: usize, channels: i32, outChannels: i32, work: usize): void {
  const point = pointBytes(channels, outChannels), tap = <usize>(channels * outChannels) << 2;
  filterTaps(sums, 6 * point, point, dw, 3 * tap, tap, tap, work);
}
