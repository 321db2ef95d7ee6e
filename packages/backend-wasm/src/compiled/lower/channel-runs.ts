/** Copies of some channels of every pixel from one value to another. */
import type { Emit } from '../program.ts';
import type { Images, Storage } from '../storage.ts';

/**
 * Visits runs of pixels that lie side by side in both: one where neither has a border, else one per row of every image.
 * @param visit with the addresses of the first pixel in both, and the number of pixels
 */
export function eachRun(
  images: Images,
  a: Storage,
  b: Storage,
  visit: (a: number, b: number, pixels: number) => void,
): void {
  const { rows, columns } = a;
  const [startA, startB] = [a.pixels(images), b.pixels(images)];
  if (!a.bordered && !b.bordered) return visit(startA, startB, images.count * rows * columns);
  for (let n = 0; n < images.count; n++)
    for (let row = 0; row < rows; row++) {
      const [atA, atB] = [n * a.imageBytes + row * a.rowBytes, n * b.imageBytes + row * b.rowBytes];
      visit(startA + atA, startB + atB, columns);
    }
}

interface Channels {
  /** First channel. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export function emitChannels(
  emit: Emit,
  images: Images,
  source: Storage,
  target: Storage,
  { from, to, count }: Channels,
): void {
  eachRun(images, source, target, (a, b, pixels) =>
    emit('copyRows', a + 4 * from, b + 4 * to, pixels, 4 * count, source.pixelBytes, target.pixelBytes),
  );
}
