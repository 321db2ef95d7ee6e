/**
 * 3×3 convolution of stride 1 by Winograd's F(4×4, 3×3) (Lavin and Gray 2016): output tiles of 4×4 from input tiles of
 * 6×6, a quarter of the products of the direct way, about ten times its rounding error. Forward pass and input
 * gradient differ in the packed filter only. Tiles go in blocks that stay in cache: transform, one small matrix product
 * per each of 36 points, transform back.
 */
import { panelWidth } from './pack-filter';
import { filterPoints, inputPoints, outputPixels, outputPixelsFused, panel, pointTile, transformBytes } from './tiles';
import { tileBytes } from './winograd-block';

/** Tiles per block; a multiple of the matrix product's 6. */
const block = 18;

/** Bytes of scratch that `winogradTiles` needs. */
export function winogradScratch(channels: i32, outChannels: i32): i32 {
  return transformBytes + block * <i32>(tileBytes(channels) + tileBytes(outChannels));
}

/**
 * Transforms packed panels [panel][9][channels][width] to [36][panel][channels][width].
 * @param panels output channels / 8
 * @param work scratch of `winogradScratch`
 */
export function winogradFilter(packed: usize, target: usize, panels: i32, channels: i32, work: usize): void {
  const outChannels = panels << 3, point = <usize>(outChannels * channels) << 2;
  for (let first = 0, width = panel; first < outChannels; first += width) {
    width = panelWidth(outChannels - first);
    const tap = <usize>(channels * width) << 2;
    filterPoints(packed, 3 * tap, tap, target, 6 * point, point, tap, work);
    packed += 9 * tap;
    target += tap;
  }
}

/**
 * @param filter as `winogradFilter` left it
 * @param tiles table of byte offsets: of a tile's first input pixel, of its first output pixel
 * @param sourceRow bytes from one row of input pixels to the next; `targetRow` of output pixels
 * @param channels a multiple of 4; `outChannels` of 8
 */
export function winogradTiles(
  source: usize, target: usize, filter: usize, tiles: usize, tileCount: i32, sourceRow: usize, targetRow: usize,
  channels: i32, outChannels: i32, work: usize,
): void {
  winogradTilesFused(source, target, filter, tiles, tileCount, sourceRow, targetRow, channels, outChannels, work,
    0, 0, 0);
}

/**
 * The same with an epilogue (see `epilogue.ts`).
 * @param bias `outChannels` floats, or 0
 * @param residual read at the target's offsets, or 0; it may be the target itself
 */
export function winogradTilesFused(
  source: usize, target: usize, filter: usize, tiles: usize, tileCount: i32, sourceRow: usize, targetRow: usize,
  channels: i32, outChannels: i32, work: usize, bias: usize, residual: usize, activation: i32,
): void {
  const inputs = work + transformBytes, products = inputs + block * tileBytes(channels);
  const pixel = <usize>channels << 2, outPixel = <usize>outChannels << 2;
  const pointFilter = <usize>(outChannels * channels) << 2;
  const plain = bias == 0 && residual == 0 && activation == 0;
  for (let first = 0; first < tileCount; first += block) {
    const count = min(block, tileCount - first), entry = tiles + (<usize>first << 3);
    for (let i = 0; i < count; i++) {
      const from = source + load<i32>(entry + (<usize>i << 3));
      inputPoints(from, sourceRow, pixel, inputs + i * tileBytes(channels), 6 * pixel, pixel, pixel, work);
    }
    for (let p = 0; p < 36; p++) {
      pointProducts(inputs + p * pixel, products + p * outPixel, filter + p * pointFilter, count, channels, outChannels);
    }
    for (let i = 0; i < count; i++) {
      const o = load<i32>(entry + (<usize>i << 3), 4), from = products + i * tileBytes(outChannels);
      if (plain) outputPixels(from, 6 * outPixel, outPixel, target + o, targetRow, outPixel, outPixel, work);
      else {
        outputPixelsFused(from, 6 * outPixel, outPixel, target + o, targetRow, outPixel, outPixel, work,
          bias, residual == 0 ? 0 : residual + o, activation);
      }
    }
  }
}

/** The matrix product at one point; whole tiles of 6, since rows past `count` lie in the scratch. */
function pointProducts(
  inputs: usize, products: usize, filter: usize, count: i32, channels: i32, outChannels: i32,
): void {
  const step = tileBytes(channels), outStep = tileBytes(outChannels);
  for (let channel = 0, width = panel; channel < outChannels; channel += width) {
    const left = outChannels - channel, to = products + (<usize>channel << 2);
    width = panelWidth(left);
    pointTile(inputs, to, filter, channels, count, step, outStep, left);
    filter += <usize>(channels * width) << 2;
  }
}
