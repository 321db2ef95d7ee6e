/**
 * Parts of the depthwise gradients. Frames hold `channels` = input channels × multiplier, rounded up to 4, so that every
 * multiplier is the case of multiplier 1 and every loop is full vectors.
 */
import { madd } from './madd';

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
