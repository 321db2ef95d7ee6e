/**
 * Pixels per partial sum of a filter gradient in single precision: as many whole lines of an image as leave dy in the
 * first-level cache; the kernel is fastest along lines.
 */
export function pixelChunk(columns: number, outChannels: number): number {
  const most = outChannels > 32 ? 64 : 192;
  return columns < most ? most - (most % columns) : most;
}
