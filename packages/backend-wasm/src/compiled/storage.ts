/**
 * Where the images of a value lie: one frame per image, its pixels surrounded by a border of zeros, so that convolutions
 * read patches past the edge without a check or a copy. Vectors are images of one pixel.
 */
import type { Shape } from '@cairn/core';
import { scratchAddress } from './program.ts';

/** Pixels around an image. */
export interface Border {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

export const noBorder: Border = { top: 0, left: 0, bottom: 0, right: 0 };

/** The border that serves both. */
export function widest(a: Border, b: Border): Border {
  return {
    top: Math.max(a.top, b.top),
    left: Math.max(a.left, b.left),
    bottom: Math.max(a.bottom, b.bottom),
    right: Math.max(a.right, b.right),
  };
}

/** Consecutive images of a batch that one call works on. */
export interface Images {
  readonly first: number;
  readonly count: number;
  /** First image of the task's present chunk. */
  readonly chunk: number;
  /** First image of the task's shard. */
  readonly shard: number;
}

/** For which images there is room: those of a batch, or in the scratch of a thread those of a task or of its chunk. */
export type Extent = 'batch' | 'shard' | 'chunk';

export class Storage {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly border: Border;
  readonly frameRows: number;
  readonly frameColumns: number;
  readonly pixelBytes: number;
  readonly rowBytes: number;
  readonly imageBytes: number;
  #base: number | undefined;
  #extent: Extent = 'batch';

  constructor(shape: Shape, border: Border = noBorder) {
    const [rows = 1, columns = 1, channels = 1] = shape.length === 1 ? [1, 1, shape[0]] : shape;
    this.rows = rows;
    this.columns = columns;
    this.channels = channels;
    this.border = border;
    this.frameRows = border.top + rows + border.bottom;
    this.frameColumns = border.left + columns + border.right;
    this.pixelBytes = 4 * channels;
    this.rowBytes = this.frameColumns * this.pixelBytes;
    this.imageBytes = this.frameRows * this.rowBytes;
  }

  get bordered(): boolean {
    return this.frameRows > this.rows || this.frameColumns > this.columns;
  }

  /** Bytes from the start of a frame to its first pixel. */
  get inset(): number {
    return this.border.top * this.rowBytes + this.border.left * this.pixelBytes;
  }

  place(base: number, extent: Extent): void {
    this.#base = base;
    this.#extent = extent;
  }

  get placed(): boolean {
    return this.#base !== undefined;
  }

  /** Whether its place is the scratch of a thread. */
  get local(): boolean {
    return this.#extent !== 'batch';
  }

  /** Address of the frame of the first of these images. */
  frame(images: Images): number {
    if (this.#base === undefined) throw new TypeError('storage without a place');
    const start = this.#extent === 'batch' ? 0 : images[this.#extent];
    const address = this.#base + (images.first - start) * this.imageBytes;
    return this.local ? scratchAddress(address) : address;
  }

  /** Address of the first pixel of the first of these images. */
  pixels(images: Images): number {
    return this.frame(images) + this.inset;
  }

  sameFrames(other: Storage): boolean {
    return (
      this.rowBytes === other.rowBytes &&
      this.imageBytes === other.imageBytes &&
      this.pixelBytes === other.pixelBytes
    );
  }
}

/** Copies a batch from a plain array into frames. */
export function writeImages(memory: WebAssembly.Memory, storage: Storage, values: Float32Array): void {
  const floats = new Float32Array(memory.buffer);
  eachRow(storage, values.length, (from, at, count) => {
    // Rows are too short for `set`, which takes longer to begin than to copy one.
    for (let i = 0; i < count; i++) floats[from + i] = values[at + i] as number;
  });
}

/** A plain copy of the first `count` images. */
export function readImages(memory: WebAssembly.Memory, storage: Storage, count: number): Float32Array {
  const floats = new Float32Array(memory.buffer);
  const values = new Float32Array(count * storage.rows * storage.columns * storage.channels);
  eachRow(storage, values.length, (from, at, run) => {
    for (let i = 0; i < run; i++) values[at + i] = floats[from + i] as number;
  });
  return values;
}

/** Visits the runs of floats that lie side by side: where they are, and their place in a plain array of `size` floats. */
function eachRow(
  storage: Storage,
  size: number,
  visit: (from: number, at: number, count: number) => void,
): void {
  const start = storage.pixels({ first: 0, count: 1, chunk: 0, shard: 0 }) / 4;
  if (!storage.bordered) return visit(start, 0, size);
  const run = storage.columns * storage.channels;
  for (let at = 0, row = 0; at < size; at += run, row++) {
    const image = Math.floor(row / storage.rows);
    visit(start + (image * storage.imageBytes + (row % storage.rows) * storage.rowBytes) / 4, at, run);
  }
}
