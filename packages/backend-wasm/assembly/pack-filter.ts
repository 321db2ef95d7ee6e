/**
 * Filters are read in panels of 8 output channels: panel[row][8], a row being one input value of the patch. Missing
 * channels of the last panel are zero.
 */

/** Packs a filter of `rows` × `outChannels` (HWIO with the first three axes merged) for the forward pass. */
export function packFilter(filter: usize, target: usize, rows: i32, outChannels: i32): void {
  for (let first = 0; first < outChannels; first += 8) {
    const count = min(8, outChannels - first);
    for (let row = 0; row < rows; row++) {
      const source = filter + (<usize>(row * outChannels + first) << 2);
      for (let lane = 0; lane < count; lane++) {
        store<f32>(target + (<usize>lane << 2), load<f32>(source + (<usize>lane << 2)));
      }
      for (let lane = count; lane < 8; lane++) store<f32>(target + (<usize>lane << 2), 0);
      target += 32;
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
  for (let first = 0; first < inChannels; first += 8) {
    const count = min(8, inChannels - first);
    for (let t = 0; t < tapCount; t++) {
      const tap = load<i32>(taps + (<usize>t << 2));
      const source = filter + (<usize>((tap * inChannels + first) * outChannels) << 2);
      for (let row = 0; row < outChannels; row++) {
        for (let lane = 0; lane < 8; lane++) {
          const value: f32 = lane < count ? load<f32>(source + (<usize>(lane * outChannels + row) << 2)) : 0;
          store<f32>(target + (<usize>lane << 2), value);
        }
        target += 32;
      }
    }
  }
}
