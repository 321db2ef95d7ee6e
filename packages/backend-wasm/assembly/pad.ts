/**
 * Copies the top left `rows` × `columns` pixels of each image into a larger frame at (`top`, `left`). A frame's border
 * is not written: clear it once, then reuse the frame for image after image.
 */
export function padImages(
  source: usize, target: usize, images: i32, channels: i32, rows: i32, columns: i32,
  sourceRows: i32, sourceColumns: i32, targetRows: i32, targetColumns: i32, top: i32, left: i32,
): void {
  const pixel = <usize>channels << 2;
  const run = <usize>columns * pixel;
  const sourceRow = <usize>sourceColumns * pixel;
  const targetRow = <usize>targetColumns * pixel;
  for (let n = 0; n < images; n++) {
    let s = source + <usize>n * <usize>sourceRows * sourceRow;
    let t = target + (<usize>n * <usize>targetRows + <usize>top) * targetRow + <usize>left * pixel;
    for (let y = 0; y < rows; y++) {
      memory.copy(t, s, run);
      s += sourceRow;
      t += targetRow;
    }
  }
}

/** Copies `pixels` rows of `channels` floats into rows of `padded` floats, the rest zero. */
export function padChannels(source: usize, target: usize, pixels: i32, channels: i32, padded: i32): void {
  for (let p = 0; p < pixels; p++) {
    for (let c = 0; c < channels; c++) {
      store<f32>(target + (<usize>c << 2), load<f32>(source + (<usize>c << 2)));
    }
    for (let c = channels; c < padded; c++) store<f32>(target + (<usize>c << 2), 0);
    source += <usize>channels << 2;
    target += <usize>padded << 2;
  }
}
