/**
 * Depthwise convolution with multiplier 1, forward or, with another table, the input gradient. Where the taps are 3×3 and
 * pixels lie side by side, lines of pixels (`build/depthwise-source.ts`); elsewhere two output pixels × 16 channels in 8
 * registers, then 4 channels, then the last one to three.
 */
import { activationCeiling, activationFloor, at } from './epilogue';
import { madd } from './madd';
import { loadLanes, storeLanes } from './lanes';
import { lineLength } from './pixel-lines';
import { isThreeByThree } from './three-by-three';
import { depthwiseChannels, depthwiseLine1, depthwiseLine2 } from './tiles';

/**
 * @param taps pairs of byte offsets: of the tap to a pixel's source address, of its weights in the filter
 * @param pixels table of (source, target) byte offsets
 */
export function depthwiseTiles(
  source: usize, target: usize, filter: usize, taps: usize, tapCount: i32, pixels: usize, pixelCount: i32,
  channels: i32,
): void {
  depthwiseTilesFused(source, target, filter, taps, tapCount, pixels, pixelCount, channels, 0, 0, 0);
}

/**
 * The same with an epilogue (see `epilogue.ts`).
 * @param bias `channels` floats, or 0
 * @param residual read at the target's offsets, or 0; it may be the target itself
 */
export function depthwiseTilesFused(
  source: usize, target: usize, filter: usize, taps: usize, tapCount: i32, pixels: usize, pixelCount: i32,
  channels: i32, bias: usize, residual: usize, activation: i32,
): void {
  if (!isThreeByThree(taps, tapCount, channels, 8)) {
    anyPixels(source, target, filter, taps, tapCount, pixels, pixelCount, channels, bias, residual, activation);
    return;
  }
  const pixel = channels << 2;
  let p = 0;
  while (p < pixelCount) {
    const entry = pixels + (<usize>p << 3), rest = pixelCount - p;
    const step = rest > 1 ? load<i32>(entry, 8) - load<i32>(entry) : pixel;
    const targetStep = rest > 1 ? load<i32>(entry, 12) - load<i32>(entry, 4) : pixel;
    const count = step == pixel || step == 2 * pixel ? lineLength(entry, rest, step, targetStep) : 1;
    const x = source + load<i32>(entry), y = target + load<i32>(entry, 4);
    const r = residual == 0 ? 0 : residual + load<i32>(entry, 4);
    line(x, y, filter, taps, count, step == 2 * pixel, targetStep, channels, bias, r, activation);
    p += count;
  }
}

function line(
  x: usize, y: usize, filter: usize, taps: usize, count: i32, two: bool, targetStep: i32, channels: i32,
  bias: usize, residual: usize, activation: i32,
): void {
  const fused = bias != 0 || residual != 0 || activation != 0, pixel = <usize>channels << 2;
  const r0 = x + load<i32>(taps), r1 = x + load<i32>(taps, 24), r2 = x + load<i32>(taps, 48);
  for (let c = 0, size = 4; c < channels; c += size) {
    const left = channels - c, o = <usize>c << 2;
    size = depthwiseChannels(left);
    if (two) {
      depthwiseLine2(r0 + o, r1 + o, r2 + o, y + o, count, pixel, targetStep, filter + o, taps,
        at(bias, o), at(residual, o), activation, fused, left);
    } else {
      depthwiseLine1(r0 + o, r1 + o, r2 + o, y + o, count, pixel, targetStep, filter + o, taps,
        at(bias, o), at(residual, o), activation, fused, left);
    }
  }
}

function anyPixels(
  source: usize, target: usize, filter: usize, taps: usize, tapCount: i32, pixels: usize, pixelCount: i32,
  channels: i32, bias: usize, residual: usize, activation: i32,
): void {
  const tapEnd = taps + (<usize>tapCount << 3);
  for (let p = 0; p < pixelCount; p += 2) {
    const first = pixels + (<usize>p << 3), second = pixels + (<usize>min(p + 1, pixelCount - 1) << 3);
    const x0 = source + load<i32>(first), x1 = source + load<i32>(second);
    const t0 = load<i32>(first, 4), t1 = load<i32>(second, 4);
    let c = 0;
    for (; c + 16 <= channels; c += 16) {
      const o = <usize>c << 2, y = target + o;
      if (bias != 0 || residual != 0 || activation != 0) {
        wideFused(x0 + o, x1 + o, y, t0, t1, filter + o, taps, tapEnd, at(bias, o), at(residual, o), activation);
      } else wide(x0 + o, x1 + o, y + t0, y + t1, filter + o, taps, tapEnd);
    }
    for (; c < channels; c += 4) {
      const o = <usize>c << 2, y = target + o, w = filter + o, b = at(bias, o), r = at(residual, o), left = channels - c;
      if (left >= 4) narrow<v128>(x0 + o, x1 + o, y, t0, t1, w, taps, tapEnd, b, r, activation, 4);
      else narrow<f32>(x0 + o, x1 + o, y, t0, t1, w, taps, tapEnd, b, r, activation, left);
    }
  }
}

/** Four times `narrow`, for the rarer case with an epilogue. */
function wideFused(
  x0: usize, x1: usize, y: usize, t0: i32, t1: i32, filter: usize, tap: usize, end: usize,
  bias: usize, residual: usize, activation: i32,
): void {
  for (let o: usize = 0; o < 64; o += 16) {
    narrow<v128>(x0 + o, x1 + o, y + o, t0, t1, filter + o, tap, end, at(bias, o), at(residual, o), activation, 4);
  }
}

function wide(x0: usize, x1: usize, y0: usize, y1: usize, filter: usize, tap: usize, end: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (; tap < end; tap += 8) {
    const o = load<i32>(tap), a = x0 + o, b = x1 + o, w = filter + load<i32>(tap, 4);
    const w0 = v128.load(w), w1 = v128.load(w, 16), w2 = v128.load(w, 32), w3 = v128.load(w, 48);
    a0 = madd(v128.load(a), w0, a0);
    b0 = madd(v128.load(b), w0, b0);
    a1 = madd(v128.load(a, 16), w1, a1);
    b1 = madd(v128.load(b, 16), w1, b1);
    a2 = madd(v128.load(a, 32), w2, a2);
    b2 = madd(v128.load(b, 32), w2, b2);
    a3 = madd(v128.load(a, 48), w3, a3);
    b3 = madd(v128.load(b, 48), w3, b3);
  }
  v128.store(y0, a0);
  v128.store(y0, a1, 16);
  v128.store(y0, a2, 32);
  v128.store(y0, a3, 48);
  v128.store(y1, b0);
  v128.store(y1, b1, 16);
  v128.store(y1, b2, 32);
  v128.store(y1, b3, 48);
}

function narrow<T>(
  x0: usize, x1: usize, y: usize, t0: i32, t1: i32, filter: usize, tap: usize, end: usize,
  bias: usize, residual: usize, activation: i32, left: i32,
): void {
  let a = f32x4.splat(0), b = a;
  for (; tap < end; tap += 8) {
    const o = load<i32>(tap), w = loadLanes<T>(filter + load<i32>(tap, 4), left);
    a = madd(loadLanes<T>(x0 + o, left), w, a);
    b = madd(loadLanes<T>(x1 + o, left), w, b);
  }
  storeLanes<T>(y + t0, finish<T>(a, bias, at(residual, t0), activation, left), left);
  if (t1 != t0) storeLanes<T>(y + t1, finish<T>(b, bias, at(residual, t1), activation, left), left);
}

// @ts-ignore: decorator
@inline
function finish<T>(value: v128, bias: usize, residual: usize, activation: i32, left: i32): v128 {
  if (bias != 0) value = f32x4.add(value, loadLanes<T>(bias, left));
  if (residual != 0) value = f32x4.add(value, loadLanes<T>(residual, left));
  if (activation != 0) value = f32x4.pmin(f32x4.pmax(value, activationFloor(activation)), activationCeiling(activation));
  return value;
}
