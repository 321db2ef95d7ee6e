/**
 * Filter gradient: dW[tap][row][channel] += Σ over pixels of patch value × dy. A tile is 6 neighbouring patch values ×
 * 8 output channels in 12 registers; pixels are the inner loop. The caller hands in chunks of a few hundred pixels:
 * they stay in the first-level cache, and the partial sums keep single precision sound over large batches.
 */
import { madd } from './madd';
import { loadLanes, storeLanes } from './lanes';

/**
 * @param pixels table of (source, dy) byte offsets of the chunk
 * @param dy rows are at least `outChannels` rounded up to 8 floats long
 * @param gradient [tap][run][outChannels], added to. Up to 5 floats past a run are read and dropped.
 */
export function filterGradTiles(
  source: usize, dy: usize, gradient: usize, taps: usize, tapCount: i32, run: i32,
  pixels: usize, pixelCount: i32, outChannels: i32,
): void {
  const end = pixels + (<usize>pixelCount << 3);
  for (let t = 0; t < tapCount; t++) {
    const base = source + load<i32>(taps + (<usize>t << 2));
    for (let row = 0; row < run; row += 6) {
      const out = gradient + (<usize>((t * run + row) * outChannels) << 2);
      for (let channel = 0; channel < outChannels; channel += 8) {
        const offset = <usize>channel << 2;
        tile(base + (<usize>row << 2), dy + offset, pixels, end,
          out + offset, outChannels << 2, run - row, outChannels - channel);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function add(target: usize, low: v128, high: v128, left: i32): void {
  if (left >= 8) {
    v128.store(target, f32x4.add(v128.load(target), low));
    v128.store(target, f32x4.add(v128.load(target, 16), high), 16);
  } else {
    storeLanes<f32>(target, f32x4.add(loadLanes<f32>(target, left), low), left);
    storeLanes<f32>(target + 16, f32x4.add(loadLanes<f32>(target + 16, left - 4), high), left - 4);
  }
}

function tile(
  source: usize, dy: usize, pixel: usize, end: usize, out: usize, outBytes: usize, rows: i32, left: i32,
): void {
  let l0 = f32x4.splat(0), l1 = l0, l2 = l0, l3 = l0, l4 = l0, l5 = l0;
  let h0 = l0, h1 = l0, h2 = l0, h3 = l0, h4 = l0, h5 = l0;
  for (; pixel < end; pixel += 8) {
    const a = source + load<i32>(pixel), g = dy + load<i32>(pixel, 4);
    const low = v128.load(g), high = v128.load(g, 16);
    const s0 = v128.load32_splat(a);
    l0 = madd(s0, low, l0);
    h0 = madd(s0, high, h0);
    const s1 = v128.load32_splat(a, 4);
    l1 = madd(s1, low, l1);
    h1 = madd(s1, high, h1);
    const s2 = v128.load32_splat(a, 8);
    l2 = madd(s2, low, l2);
    h2 = madd(s2, high, h2);
    const s3 = v128.load32_splat(a, 12);
    l3 = madd(s3, low, l3);
    h3 = madd(s3, high, h3);
    const s4 = v128.load32_splat(a, 16);
    l4 = madd(s4, low, l4);
    h4 = madd(s4, high, h4);
    const s5 = v128.load32_splat(a, 20);
    l5 = madd(s5, low, l5);
    h5 = madd(s5, high, h5);
  }
  add(out, l0, h0, left);
  if (rows > 1) add(out + outBytes, l1, h1, left);
  if (rows > 2) add(out + 2 * outBytes, l2, h2, left);
  if (rows > 3) add(out + 3 * outBytes, l3, h3, left);
  if (rows > 4) add(out + 4 * outBytes, l4, h4, left);
  if (rows > 5) add(out + 5 * outBytes, l5, h5, left);
}
