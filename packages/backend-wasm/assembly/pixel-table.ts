/**
 * Writes one pair of byte offsets (source, destination) per output pixel, images outermost, columns innermost. The tile
 * kernels read pixels through this table only, so strides, phases and padding never reach them.
 */
export function pixelTable(
  table: usize, images: i32, rows: i32, columns: i32,
  sourceStart: i32, sourceImage: i32, sourceRow: i32, sourceColumn: i32,
  targetStart: i32, targetImage: i32, targetRow: i32, targetColumn: i32,
): void {
  for (let n = 0; n < images; n++) {
    for (let y = 0; y < rows; y++) {
      let source = sourceStart + n * sourceImage + y * sourceRow;
      let target = targetStart + n * targetImage + y * targetRow;
      for (let x = 0; x < columns; x++) {
        store<i32>(table, source);
        store<i32>(table, target, 4);
        table += 8;
        source += sourceColumn;
        target += targetColumn;
      }
    }
  }
}
