/** Numbers that kernels read besides the data: planes, tables of pixels, lists of taps. Equal tables are kept once. */
import type { SharedHeap } from './heap.ts';
import type { Images, Storage } from './storage.ts';

/** The twelve numbers of the kernel `pixelTable`, without the address. */
export type PixelRule = readonly [
  images: number,
  rows: number,
  columns: number,
  sourceStart: number,
  sourceImage: number,
  sourceRow: number,
  sourceColumn: number,
  targetStart: number,
  targetImage: number,
  targetRow: number,
  targetColumn: number,
];

export class Tables {
  readonly #heap: SharedHeap;
  readonly #known = new Map<string, number>();

  constructor(heap: SharedHeap) {
    this.#heap = heap;
  }

  ints(values: readonly number[]): number {
    return this.#keep(`i${values.join()}`, () => values);
  }

  /**
   * What pointwise kernels need to know of where their operands lie (`assembly/plane.ts`). An absent operand may be
   * undefined. Operands without borders are one long row.
   */
  plane({ count }: Images, operands: readonly (Storage | undefined)[]): number {
    const [first] = operands.flatMap((s) => s ?? []);
    if (first === undefined) throw new TypeError('plane without operands');
    const { rows, columns, channels } = first;
    const strides = operands.flatMap((s) => [s?.imageBytes ?? 0, s?.rowBytes ?? 0]);
    if (operands.every((s) => s === undefined || !s.bordered))
      return this.ints([1, 1, count * rows * columns, channels, ...strides]);
    return this.ints([count, rows, columns, channels, ...strides]);
  }

  /** As `plane`, one row of the plane per row of the image even where that is not needed. */
  imagePlane({ count }: Images, operands: readonly Storage[]): number {
    const [first] = operands;
    if (first === undefined) throw new TypeError('plane without operands');
    const strides = operands.flatMap((s) => [s.imageBytes, s.rowBytes]);
    return this.ints([count, first.rows, first.columns, first.channels, ...strides]);
  }

  /** Pairs of byte offsets, see `assembly/pixel-table.ts`. */
  pixels(rule: PixelRule): number {
    return this.#keep(`p${rule.join()}`, () => pixelPairs(rule));
  }

  dispose(): void {
    for (const address of this.#known.values()) this.#heap.free(address);
    this.#known.clear();
  }

  #keep(key: string, values: () => readonly number[]): number {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const list = values();
    const address = this.#heap.allocate(Math.max(4, 4 * list.length), true);
    this.#heap.ints(address, list.length).set(list);
    this.#known.set(key, address);
    return address;
  }
}

function pixelPairs(rule: PixelRule): number[] {
  const [images, rows, columns, s0, sImage, sRow, sColumn, t0, tImage, tRow, tColumn] = rule;
  const pairs: number[] = [];
  for (let n = 0; n < images; n++)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++)
        pairs.push(s0 + n * sImage + y * sRow + x * sColumn, t0 + n * tImage + y * tRow + x * tColumn);
  return pairs;
}
