/** Lines in a table of (source, target) byte offsets: pixels that lie at one distance. */

/** Pixels from `entry` on that lie at these distances. */
export function lineLength(entry: usize, rest: i32, step: i32, targetStep: i32): i32 {
  let count = 1;
  for (; count < rest; count++, entry += 8) {
    if (load<i32>(entry, 8) - load<i32>(entry) != step || load<i32>(entry, 12) - load<i32>(entry, 4) != targetStep) break;
  }
  return count;
}

/** The length of lines, all alike but for a shorter last one, that make up the table; 1 where there are none. */
export function evenLine(pixels: usize, count: i32): i32 {
  const step = <i32>pixelStep(pixels, count, 0), targetStep = <i32>pixelStep(pixels, count, 4);
  const line = lineLength(pixels, count, step, targetStep);
  for (let at = line; at < count; at += line) {
    const length = min(line, count - at);
    if (lineLength(pixels + (<usize>at << 3), length, step, targetStep) != length) return 1;
  }
  return line;
}

/** Distance of a line's pixels. @param offset 0 in the source, 4 in the target */
export function pixelStep(entry: usize, line: i32, offset: usize): usize {
  return line > 1 ? load<i32>(entry + offset + 8) - load<i32>(entry + offset) : 0;
}
