/**
 * Filters are read in panels of output channels: panel[row][width], a row being one input value of the patch. Panels are
 * as wide as the build's tiles, those that are left 8; missing channels of the last are zero. So any build needs the room
 * of panels of 8.
 */
import { panel } from './tiles';

/** Channels of the panel before which `left` channels are still to come. */
// @ts-ignore: decorator
@inline
export function panelWidth(left: i32): i32 {
  return left >= panel ? panel : 8;
}

/** Packs a filter of `rows` × `outChannels` (HWIO with the first three axes merged) for the forward pass. */
export function packFilter(filter: usize, target: usize, rows: i32, outChannels: i32): void {
  for (let first = 0, width = panel; first < outChannels; first += width) {
    width = panelWidth(outChannels - first);
    const count = min(width, outChannels - first);
    for (let row = 0; row < rows; row++) {
      const source = filter + (<usize>(row * outChannels + first) << 2);
      let lane = 0;
      for (; lane + 4 <= count; lane += 4) {
        v128.store(target + (<usize>lane << 2), v128.load(source + (<usize>lane << 2)));
      }
      for (; lane < count; lane++) {
        store<f32>(target + (<usize>lane << 2), load<f32>(source + (<usize>lane << 2)));
      }
      for (; lane < width; lane++) store<f32>(target + (<usize>lane << 2), 0);
      target += <usize>width << 2;
    }
  }
}

/**
 * Packs the taps listed in `taps` (int32 indices ky·KW + kx) for the input gradient: rows are (tap, output channel),
 * lanes are input channels.
 */
export function packFilterTransposed(
  filter: usize, target: usize, taps: usize, tapCount: i32, inChannels: i32, outChannels: i32,
): void {
  for (let first = 0, width = panel; first < inChannels; first += width) {
    width = panelWidth(inChannels - first);
    const count = min(width, inChannels - first);
    for (let t = 0; t < tapCount; t++) {
      const tap = load<i32>(taps + (<usize>t << 2));
      packTap(filter + (<usize>((tap * inChannels + first) * outChannels) << 2), target, outChannels, count, width);
      target += <usize>(outChannels * width) << 2;
    }
  }
}

/** One tap's [count][rows] to [rows][width], by squares of 4×4 as far as they go. */
function packTap(source: usize, target: usize, rows: i32, count: i32, width: i32): void {
  const from = <usize>rows << 2, to = <usize>width << 2;
  const squareRows = rows & ~3, squareLanes = count & ~3;
  for (let row = 0; row < squareRows; row += 4) {
    for (let lane = 0; lane < squareLanes; lane += 4) {
      transposeSquare(source + lane * from + (<usize>row << 2), from, target + row * to + (<usize>lane << 2), to);
    }
  }
  for (let row = 0; row < rows; row++) {
    for (let lane = row < squareRows ? squareLanes : 0; lane < width; lane++) {
      const value: f32 = lane < count ? load<f32>(source + lane * from + (<usize>row << 2)) : 0;
      store<f32>(target + row * to + (<usize>lane << 2), value);
    }
  }
}

// @ts-ignore: decorator
@inline
function transposeSquare(source: usize, from: usize, target: usize, to: usize): void {
  const a = v128.load(source), b = v128.load(source + from);
  const c = v128.load(source + 2 * from), d = v128.load(source + 3 * from);
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const abHigh = v128.shuffle<i32>(a, b, 2, 6, 3, 7), cdHigh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(target, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(target + to, v128.shuffle<i64>(ab, cd, 1, 3));
  v128.store(target + 2 * to, v128.shuffle<i64>(abHigh, cdHigh, 0, 2));
  v128.store(target + 3 * to, v128.shuffle<i64>(abHigh, cdHigh, 1, 3));
}
