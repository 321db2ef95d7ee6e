/**
 * Convolution as a small matrix product without a patch matrix: a tile of 6 output pixels × 8 output channels in 12
 * registers. A pixel's patch is a list of taps (byte offsets to the pixel's source address); each tap is a run of
 * `run` floats that lie side by side, so a row of a 3×3 patch in NHWC is one tap of 3·channels.
 * The forward pass and the input gradient (by output phase) are both this kernel with different tables.
 */
import { at } from './epilogue';
import { panelWidth } from './pack-filter';
import { convTile, panel } from './tiles';

/** Pixels whose sources and results stay in cache while the panels go over them; a multiple of 6. */
const block = 48;

/**
 * @param filter packed panels of output channels, [panel][tap][run][width] (see `pack-filter.ts`)
 * @param pixels table of (source, target) byte offsets; tiles past the end repeat the last pixel
 */
export function convTiles(
  source: usize, target: usize, filter: usize, taps: usize, tapCount: i32, run: i32,
  pixels: usize, pixelCount: i32, outChannels: i32,
): void {
  convTilesFused(source, target, filter, taps, tapCount, run, pixels, pixelCount, outChannels, 0, 0, 0);
}

/**
 * The same with an epilogue (see `epilogue.ts`).
 * @param bias `outChannels` floats, or 0
 * @param residual read at the target's offsets, or 0; it may be the target itself
 */
export function convTilesFused(
  source: usize, target: usize, filter: usize, taps: usize, tapCount: i32, run: i32,
  pixels: usize, pixelCount: i32, outChannels: i32, bias: usize, residual: usize, activation: i32,
): void {
  const rows = tapCount * run, last = pixels + (<usize>(pixelCount - 1) << 3);
  const plain = bias == 0 && residual == 0 && activation == 0;
  for (let first = 0; first < pixelCount; first += block) {
    const end = pixels + (<usize>min(first + block, pixelCount) << 3);
    let weights = filter;
    for (let channel = 0, width = panel; channel < outChannels; channel += width) {
      const left = outChannels - channel, o = <usize>channel << 2;
      width = panelWidth(left);
      convTile(source, target + o, weights, taps, tapCount, run, pixels + (<usize>first << 3), end, last, left,
        at(bias, o), at(residual, o), activation, plain);
      weights += <usize>(rows * width) << 2;
    }
  }
}
