/**
 * Filter gradient of the depthwise convolution with multiplier 1, pixels the inner loop. Nine sums per vector where the
 * taps are 3×3 (`build/depthwise-source.ts`); elsewhere three taps × 16 channels in 12 registers, then single taps, then
 * 4 channels.
 */
import { madd } from './madd';
import { loadLanes, storeLanes } from './lanes';
import { isThreeByThree } from './three-by-three';
import { depthwiseChannels, depthwiseGradient } from './tiles';

/**
 * gradient[tap][outChannels] += Σ over pixels of x·dy.
 * @param taps byte offsets of the taps inside a frame
 * @param pixels table of (frame, dy) byte offsets; rows of both are padded to 4 channels
 */
export function depthwiseFilterGrad(
  frame: usize, dy: usize, gradient: usize, taps: usize, tapCount: i32, pixels: usize, pixelCount: i32,
  outChannels: i32,
): void {
  const padded = (outChannels + 3) & ~3;
  if (isThreeByThree(taps, tapCount, padded, 4)) {
    const size = max(32, 2048 / padded);
    for (let p = 0; p < pixelCount; p += size) {
      nineTaps(frame, dy, gradient, taps, pixels + (<usize>p << 3), min(size, pixelCount - p), outChannels);
    }
  } else anyTaps(frame, dy, gradient, taps, tapCount, pixels, pixelCount, outChannels);
}

/** Few enough pixels to stay in the first-level cache while the channels go over them. */
function nineTaps(
  frame: usize, dy: usize, gradient: usize, taps: usize, pixels: usize, count: i32, outChannels: i32,
): void {
  const pixel = <usize>((outChannels + 3) & ~3) << 2, row = <usize>outChannels << 2;
  const r0 = frame + load<i32>(taps), r1 = frame + load<i32>(taps, 12), r2 = frame + load<i32>(taps, 24);
  for (let c = 0, size = 4; c < outChannels; c += size) {
    const left = outChannels - c, o = <usize>c << 2;
    size = depthwiseChannels(left);
    depthwiseGradient(r0 + o, r1 + o, r2 + o, dy + o, pixels, count, pixel, gradient + o, row, left);
  }
}

function anyTaps(
  frame: usize, dy: usize, gradient: usize, taps: usize, tapCount: i32, pixels: usize, pixelCount: i32,
  outChannels: i32,
): void {
  const end = pixels + (<usize>pixelCount << 3), row = <usize>outChannels << 2;
  let c = 0;
  for (; c + 16 <= outChannels; c += 16) {
    const o = <usize>c << 2;
    let t = 0;
    for (; t + 3 <= tapCount; t += 3) {
      const tap = taps + (<usize>t << 2), x = frame + o;
      threeTaps(x + load<i32>(tap), x + load<i32>(tap, 4), x + load<i32>(tap, 8), dy + o,
        gradient + <usize>t * row + o, row, pixels, end);
    }
    for (; t < tapCount; t++) {
      oneTap(frame + load<i32>(taps + (<usize>t << 2)) + o, dy + o, gradient + <usize>t * row + o, pixels, end);
    }
  }
  for (; c < outChannels; c += 4) {
    const o = <usize>c << 2;
    for (let t = 0; t < tapCount; t++) {
      const x = frame + load<i32>(taps + (<usize>t << 2)) + o;
      fourChannels(x, dy + o, gradient + <usize>t * row + o, pixels, end, outChannels - c);
    }
  }
}

// @ts-ignore: decorator
@inline
function add(target: usize, s0: v128, s1: v128, s2: v128, s3: v128): void {
  v128.store(target, f32x4.add(v128.load(target), s0));
  v128.store(target, f32x4.add(v128.load(target, 16), s1), 16);
  v128.store(target, f32x4.add(v128.load(target, 32), s2), 32);
  v128.store(target, f32x4.add(v128.load(target, 48), s3), 48);
}

function threeTaps(
  x0: usize, x1: usize, x2: usize, dy: usize, out: usize, row: usize, pixel: usize, end: usize,
): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  let c0 = a0, c1 = a0, c2 = a0, c3 = a0;
  for (; pixel < end; pixel += 8) {
    const o = load<i32>(pixel), g = dy + load<i32>(pixel, 4), a = x0 + o, b = x1 + o, c = x2 + o;
    const g0 = v128.load(g);
    a0 = madd(v128.load(a), g0, a0);
    b0 = madd(v128.load(b), g0, b0);
    c0 = madd(v128.load(c), g0, c0);
    const g1 = v128.load(g, 16);
    a1 = madd(v128.load(a, 16), g1, a1);
    b1 = madd(v128.load(b, 16), g1, b1);
    c1 = madd(v128.load(c, 16), g1, c1);
    const g2 = v128.load(g, 32);
    a2 = madd(v128.load(a, 32), g2, a2);
    b2 = madd(v128.load(b, 32), g2, b2);
    c2 = madd(v128.load(c, 32), g2, c2);
    const g3 = v128.load(g, 48);
    a3 = madd(v128.load(a, 48), g3, a3);
    b3 = madd(v128.load(b, 48), g3, b3);
    c3 = madd(v128.load(c, 48), g3, c3);
  }
  add(out, a0, a1, a2, a3);
  add(out + row, b0, b1, b2, b3);
  add(out + 2 * row, c0, c1, c2, c3);
}

function oneTap(x: usize, dy: usize, out: usize, pixel: usize, end: usize): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (; pixel < end; pixel += 8) {
    const a = x + load<i32>(pixel), g = dy + load<i32>(pixel, 4);
    s0 = madd(v128.load(a), v128.load(g), s0);
    s1 = madd(v128.load(a, 16), v128.load(g, 16), s1);
    s2 = madd(v128.load(a, 32), v128.load(g, 32), s2);
    s3 = madd(v128.load(a, 48), v128.load(g, 48), s3);
  }
  add(out, s0, s1, s2, s3);
}

function fourChannels(x: usize, dy: usize, out: usize, pixel: usize, end: usize, left: i32): void {
  let sum = f32x4.splat(0);
  for (; pixel < end; pixel += 8) {
    sum = madd(v128.load(x + load<i32>(pixel)), v128.load(dy + load<i32>(pixel, 4)), sum);
  }
  if (left >= 4) v128.store(out, f32x4.add(v128.load(out), sum));
  else storeLanes<f32>(out, f32x4.add(loadLanes<f32>(out, left), sum), left);
}
