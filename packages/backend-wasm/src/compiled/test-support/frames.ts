/** Images in frames for tests of kernels: where they lie, their numbers, and the plane that describes them. */
import type { Bench } from '../../raw-kernels.ts';
import { numbers } from '../../test-support.ts';

export interface Size {
  readonly images: number;
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
}

export interface TestFrames {
  /** Address of the first pixel. */
  readonly pixels: number;
  readonly imageBytes: number;
  readonly rowBytes: number;
  /** The numbers inside the borders as they were. */
  readonly values: readonly number[];
  /** Those numbers at this moment. */
  read(): readonly number[];
  /** All other numbers of the frames are still what they were. */
  borderIntact(): boolean;
}

/** Images with a border of `pad` pixels that holds other numbers. */
export function framesOf(
  bench: Bench,
  { images, rows, columns, channels }: Size,
  pad: number,
  seed: number,
): TestFrames {
  const [frameRows, frameColumns] = [rows + 2 * pad, columns + 2 * pad];
  const all = Array.from(numbers(images * frameRows * frameColumns * channels, seed));
  const address = bench.floats(all);
  const inside = all.flatMap((_, i) => {
    const column = Math.floor(i / channels) % frameColumns;
    const row = Math.floor(i / channels / frameColumns) % frameRows;
    const within = row >= pad && row < pad + rows && column >= pad && column < pad + columns;
    return within ? [i] : [];
  });
  const before = bench.read(address);
  const at = (list: readonly number[]): number[] => inside.map((i) => list[i] ?? NaN);
  const rowBytes = 4 * frameColumns * channels;
  return {
    pixels: address + pad * (rowBytes + 4 * channels),
    imageBytes: frameRows * rowBytes,
    rowBytes,
    values: at(before),
    read: () => at(bench.read(address)),
    borderIntact: () => {
      const now = bench.read(address);
      const inner = new Set(inside);
      return now.every((v, i) => inner.has(i) || v === before[i]);
    },
  };
}

/** The plane of `assembly/plane.ts`; absent operands are undefined. */
export function planeOf(
  bench: Bench,
  { images, rows, columns, channels }: Size,
  operands: readonly (TestFrames | undefined)[],
): number {
  const strides = operands.flatMap((f) => [f?.imageBytes ?? 0, f?.rowBytes ?? 0]);
  return bench.ints([images, rows, columns, channels, ...strides]);
}
