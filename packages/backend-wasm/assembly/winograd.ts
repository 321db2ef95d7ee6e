/**
 * 3×3 convolution of stride 1 by Winograd's F(4×4, 3×3) (Lavin and Gray 2016): output tiles of 4×4 from input tiles of
 * 6×6, a quarter of the products of the direct way, about ten times its rounding error. Forward pass and input
 * gradient differ in the packed filter only. Tiles go in blocks that stay in cache: transform, one small matrix product
 * per each of 36 points, transform back.
 */
import { activationCeiling, activationFloor, at } from './epilogue';
import { madd } from './madd';
import { panelWidth } from './pack-filter';
import { panel, pointTile } from './tiles';
import { inputTile, tileBytes } from './winograd-input';

/** Tiles per block; a multiple of the matrix product's 6. */
const block = 24;

/** Bytes of scratch that `winogradTiles` needs. */
export function winogradScratch(channels: i32, outChannels: i32): i32 {
  return 576 + block * (tileBytes(channels) + tileBytes(outChannels));
}

/**
 * Transforms packed panels [panel][9][channels][width] to [36][panel][channels][width].
 * @param panels output channels / 8
 * @param work scratch, 288 bytes
 */
export function winogradFilter(packed: usize, target: usize, panels: i32, channels: i32, work: usize): void {
  const outChannels = panels << 3, point = <usize>(outChannels * channels) << 2;
  for (let first = 0, width = panel; first < outChannels; first += width) {
    width = panelWidth(outChannels - first);
    const tap = <usize>(channels * width) << 2;
    for (let o: usize = 0; o < tap; o += 16) {
      for (let x: usize = 0; x < 3; x++) filterLine(packed + x * tap + o, 3 * tap, work + (x << 4), 48);
      for (let y: usize = 0; y < 6; y++) filterLine(work + y * 48, 16, target + y * 6 * point + o, point);
    }
    packed += 9 * tap;
    target += tap;
  }
}

/** Six values from three: the rows of G. */
// @ts-ignore: decorator
@inline
function filterLine(source: usize, step: usize, target: usize, stride: usize): void {
  const a = v128.load(source), b = v128.load(source + step), c = v128.load(source + 2 * step);
  const sum = f32x4.mul(f32x4.add(a, c), f32x4.splat(-1.0 / 6)), middle = f32x4.mul(b, f32x4.splat(1.0 / 6));
  const outer = madd(a, f32x4.splat(1.0 / 24), f32x4.mul(c, f32x4.splat(1.0 / 6)));
  const twelfth = f32x4.mul(b, f32x4.splat(1.0 / 12));
  v128.store(target, f32x4.mul(a, f32x4.splat(0.25)));
  v128.store(target + stride, f32x4.sub(sum, middle));
  v128.store(target + 2 * stride, f32x4.add(sum, middle));
  v128.store(target + 3 * stride, f32x4.add(outer, twelfth));
  v128.store(target + 4 * stride, f32x4.sub(outer, twelfth));
  v128.store(target + 5 * stride, c);
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
  const inputs = work + 576, products = inputs + block * tileBytes(channels);
  const pixel = <usize>channels << 2, outPixel = <usize>outChannels << 2;
  const pointFilter = <usize>(outChannels * channels) << 2;
  for (let first = 0; first < tileCount; first += block) {
    const count = min(block, tileCount - first), entry = tiles + (<usize>first << 3);
    for (let i = 0; i < count; i++) {
      const from = source + load<i32>(entry + (<usize>i << 3));
      inputTile(from, sourceRow, inputs + i * tileBytes(channels), pixel, work);
    }
    for (let p = 0; p < 36; p++) {
      pointProducts(inputs + p * pixel, products + p * outPixel, filter + p * pointFilter, count, channels, outChannels);
    }
    for (let i = 0; i < count; i++) {
      const to = load<i32>(entry + (<usize>i << 3), 4), from = products + i * tileBytes(outChannels);
      outputTile(from, target + to, targetRow, outPixel, work, bias, at(residual, to), activation);
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
    for (let i = 0; i < count; i += 6) {
      pointTile(inputs + i * step, to + i * outStep, filter, channels, step, outStep, left);
    }
    filter += <usize>(channels * width) << 2;
  }
}

function outputTile(
  source: usize, target: usize, row: usize, pixel: usize, work: usize, bias: usize, residual: usize, activation: i32,
): void {
  const plain = bias == 0 && residual == 0 && activation == 0;
  for (let c: usize = 0; c < pixel; c += 16) {
    for (let y: usize = 0; y < 6; y++) outputLine(source + y * 6 * pixel + c, pixel, work + y * 64, 16, 0, 0, 0);
    for (let x: usize = 0; x < 4; x++) {
      const o = x * pixel + c, from = work + (x << 4);
      if (plain) outputLine(from, 64, target + o, row, 0, 0, 0);
      else outputLine(from, 64, target + o, row, at(bias, c), at(residual, o), activation);
    }
  }
}

/** Four values from six: the rows of Aᵀ. */
// @ts-ignore: decorator
@inline
function outputLine(
  source: usize, step: usize, target: usize, stride: usize, bias: usize, residual: usize, activation: i32,
): void {
  const m0 = v128.load(source), m1 = v128.load(source + step), m2 = v128.load(source + 2 * step);
  const m3 = v128.load(source + 3 * step), m4 = v128.load(source + 4 * step), m5 = v128.load(source + 5 * step);
  const a = f32x4.add(m1, m2), b = f32x4.sub(m1, m2), c = f32x4.add(m3, m4), d = f32x4.sub(m3, m4);
  const y0 = f32x4.add(f32x4.add(m0, a), c), y1 = madd(d, f32x4.splat(2), b);
  const y2 = madd(c, f32x4.splat(4), a), y3 = f32x4.add(madd(d, f32x4.splat(8), b), m5);
  const r1 = at(residual, stride), r2 = at(residual, 2 * stride), r3 = at(residual, 3 * stride);
  v128.store(target, finish(y0, bias, residual, activation));
  v128.store(target + stride, finish(y1, bias, r1, activation));
  v128.store(target + 2 * stride, finish(y2, bias, r2, activation));
  v128.store(target + 3 * stride, finish(y3, bias, r3, activation));
}

// @ts-ignore: decorator
@inline
function finish(value: v128, bias: usize, residual: usize, activation: i32): v128 {
  if (bias != 0) value = f32x4.add(value, v128.load(bias));
  if (residual != 0) value = f32x4.add(value, v128.load(residual));
  if (activation != 0) value = f32x4.min(f32x4.max(value, activationFloor(activation)), activationCeiling(activation));
  return value;
}
