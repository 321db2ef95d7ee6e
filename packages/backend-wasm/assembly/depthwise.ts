/**
 * Gradients of the depthwise convolution. Frames hold `channels` = input channels × multiplier, rounded up to 4, so that
 * every multiplier is the case of multiplier 1 and every loop is full vectors.
 */
import { madd } from './madd';
import { storeLanes, loadLanes } from './lanes';

/** Repeats every channel `multiplier` times and pads each pixel with zeros to `padded` floats. */
export function copyPerMultiplier(
  source: usize, target: usize, pixels: i32, channels: i32, multiplier: i32, padded: i32,
): void {
  const spare = padded - channels * multiplier;
  for (let p = 0; p < pixels; p++) {
    for (let c = 0; c < channels; c++) {
      const value = load<f32>(source);
      for (let q = 0; q < multiplier; q++) {
        store<f32>(target, value);
        target += 4;
      }
      source += 4;
    }
    for (let c = 0; c < spare; c++) {
      store<f32>(target, 0);
      target += 4;
    }
  }
}

/**
 * Input gradient: adds dy·w of every pixel and tap into a zeroed frame.
 * @param filter [tap][channels], padded like the frames
 * @param taps byte offsets of the taps inside a frame
 * @param pixels table of (frame, dy) byte offsets
 */
export function depthwiseScatter(
  frame: usize, dy: usize, filter: usize, taps: usize, tapCount: i32, pixels: usize, pixelCount: i32, channels: i32,
): void {
  const row = <usize>channels << 2;
  for (let p = 0; p < pixelCount; p++) {
    const origin = frame + load<i32>(pixels);
    const gradient = dy + load<i32>(pixels, 4);
    pixels += 8;
    for (let t = 0; t < tapCount; t++) {
      const target = origin + load<i32>(taps + (<usize>t << 2));
      const weights = filter + <usize>t * row;
      for (let c: usize = 0; c < row; c += 16) {
        v128.store(target + c, madd(v128.load(gradient + c), v128.load(weights + c), v128.load(target + c)));
      }
    }
  }
}

/** dx = the frame's inner part, its channels summed over the multiplier. */
export function cropImages(
  frame: usize, target: usize, images: i32, rows: i32, columns: i32, channels: i32, multiplier: i32,
  frameRows: i32, frameColumns: i32, frameChannels: i32, top: i32, left: i32,
): void {
  for (let n = 0; n < images; n++) {
    for (let y = 0; y < rows; y++) {
      let source = frame + (<usize>(((n * frameRows + top + y) * frameColumns + left) * frameChannels) << 2);
      for (let x = 0; x < columns; x++) {
        for (let c = 0; c < channels; c++) {
          let sum: f32 = 0;
          for (let q = 0; q < multiplier; q++) sum += load<f32>(source + (<usize>(c * multiplier + q) << 2));
          store<f32>(target, sum);
          target += 4;
        }
        source += <usize>frameChannels << 2;
      }
    }
  }
}

/**
 * Filter gradient: gradient[tap][outChannels] += Σ over pixels of x·dy.
 * @param pixels table of (frame, dy) byte offsets
 */
export function depthwiseFilterGrad(
  frame: usize, dy: usize, gradient: usize, taps: usize, tapCount: i32, pixels: usize, pixelCount: i32,
  outChannels: i32,
): void {
  const end = pixels + (<usize>pixelCount << 3);
  for (let t = 0; t < tapCount; t++) {
    const base = frame + load<i32>(taps + (<usize>t << 2));
    let c = 0;
    for (; c + 16 <= outChannels; c += 16) {
      const offset = <usize>c << 2;
      wide(base + offset, dy + offset, gradient + offset, pixels, end);
    }
    for (; c < outChannels; c += 4) {
      const offset = <usize>c << 2;
      narrow(base + offset, dy + offset, gradient + offset, pixels, end, outChannels - c);
    }
    gradient += <usize>outChannels << 2;
  }
}

function wide(base: usize, dy: usize, out: usize, pixel: usize, end: usize): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (; pixel < end; pixel += 8) {
    const a = base + load<i32>(pixel), g = dy + load<i32>(pixel, 4);
    s0 = madd(v128.load(a), v128.load(g), s0);
    s1 = madd(v128.load(a, 16), v128.load(g, 16), s1);
    s2 = madd(v128.load(a, 32), v128.load(g, 32), s2);
    s3 = madd(v128.load(a, 48), v128.load(g, 48), s3);
  }
  v128.store(out, f32x4.add(v128.load(out), s0));
  v128.store(out, f32x4.add(v128.load(out, 16), s1), 16);
  v128.store(out, f32x4.add(v128.load(out, 32), s2), 32);
  v128.store(out, f32x4.add(v128.load(out, 48), s3), 48);
}

function narrow(base: usize, dy: usize, out: usize, pixel: usize, end: usize, left: i32): void {
  let sum = f32x4.splat(0);
  for (; pixel < end; pixel += 8) {
    sum = madd(v128.load(base + load<i32>(pixel)), v128.load(dy + load<i32>(pixel, 4)), sum);
  }
  storeLanes<f32>(out, f32x4.add(loadLanes<f32>(out, left), sum), left);
}
