/**
 * Depthwise convolution with multiplier 1, forward or, with another table, the input gradient: two output pixels × 16
 * channels in 8 registers, then 4 channels, then the last one to three.
 */
import { madd } from './madd';
import { loadLanes, storeLanes } from './lanes';

/**
 * @param taps pairs of byte offsets: of the tap to a pixel's source address, of its weights in the filter
 * @param pixels table of (source, target) byte offsets
 */
export function depthwiseTiles(
  source: usize, target: usize, filter: usize, taps: usize, tapCount: i32, pixels: usize, pixelCount: i32,
  channels: i32,
): void {
  const tapEnd = taps + (<usize>tapCount << 3);
  for (let p = 0; p < pixelCount; p += 2) {
    const first = pixels + (<usize>p << 3), second = pixels + (<usize>min(p + 1, pixelCount - 1) << 3);
    const x0 = source + load<i32>(first), x1 = source + load<i32>(second);
    const y0 = target + load<i32>(first, 4), y1 = target + load<i32>(second, 4);
    let c = 0;
    for (; c + 16 <= channels; c += 16) {
      const o = <usize>c << 2;
      wide(x0 + o, x1 + o, y0 + o, y1 + o, filter + o, taps, tapEnd);
    }
    for (; c < channels; c += 4) {
      const o = <usize>c << 2, left = channels - c;
      if (left >= 4) narrow<v128>(x0 + o, x1 + o, y0 + o, y1 + o, filter + o, taps, tapEnd, 4);
      else narrow<f32>(x0 + o, x1 + o, y0 + o, y1 + o, filter + o, taps, tapEnd, left);
    }
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
  x0: usize, x1: usize, y0: usize, y1: usize, filter: usize, tap: usize, end: usize, left: i32,
): void {
  let a = f32x4.splat(0), b = a;
  for (; tap < end; tap += 8) {
    const o = load<i32>(tap), w = loadLanes<T>(filter + load<i32>(tap, 4), left);
    a = madd(loadLanes<T>(x0 + o, left), w, a);
    b = madd(loadLanes<T>(x1 + o, left), w, b);
  }
  storeLanes<T>(y0, a, left);
  storeLanes<T>(y1, b, left);
}
