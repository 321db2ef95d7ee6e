/**
 * Filter gradient: dW[tap][row][channel] += Σ over pixels of patch value × dy. A tile is 6 neighbouring patch values × a
 * panel of output channels; pixels are the inner loop. The caller hands in chunks (`src/pixel-chunk.ts`): dy
 * stays in the first-level cache, and the partial sums keep single precision sound over large batches.
 */
import { panelWidth } from './pack-filter';
import { evenLine, pixelStep } from './pixel-lines';
import { gradientRows, gradientTile, panel } from './tiles';

/**
 * @param pixels table of (source, dy) byte offsets of the chunk
 * @param dy rows are at least `outChannels` rounded up to 8 floats long
 * @param gradient [tap][run][outChannels], added to. Up to 5 floats past a run are read and dropped.
 */
export function filterGradTiles(
  source: usize, dy: usize, gradient: usize, taps: usize, tapCount: i32, run: i32,
  pixels: usize, pixelCount: i32, outChannels: i32,
): void {
  const outStep = <usize>outChannels << 2, line = evenLine(pixels, pixelCount);
  const step = pixelStep(pixels, line, 0), dyStep = pixelStep(pixels, line, 4);
  for (let t = 0; t < tapCount; t++) {
    const base = source + load<i32>(taps + (<usize>t << 2));
    for (let row = 0, rows = 6; row < run; row += rows) {
      rows = gradientRows(run - row);
      const out = gradient + <usize>(t * run + row) * outStep, from = base + (<usize>row << 2);
      for (let channel = 0, width = panel; channel < outChannels; channel += width) {
        const left = outChannels - channel, o = <usize>channel << 2;
        width = panelWidth(left);
        gradientTile(from, dy + o, pixels, pixelCount, line, step, dyStep, out + o, outStep, min(rows, run - row), left);
      }
    }
  }
}
