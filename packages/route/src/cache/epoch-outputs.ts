import type { JsonObject, Shape } from '@cairn/core';

export type OutputsType = 'float32' | 'float16';

/** One output of a teacher for every row of an epoch: read from the cache, or filled batch by batch. */
export class EpochOutputs {
  readonly key: JsonObject;
  /** Of all rows. */
  readonly shape: Shape;
  readonly data: Float32Array | Float16Array;
  readonly #width: number;
  readonly #filled: Uint8Array;
  #missing: number;
  /** Whether what was read has been held against what the teacher gives. */
  #proven: boolean;

  private constructor(key: JsonObject, shape: Shape, data: Float32Array | Float16Array, isFilled: boolean) {
    const [rows = 0, ...row] = shape;
    this.key = key;
    this.shape = shape;
    this.data = data;
    this.#width = sizeOf(row);
    this.#filled = new Uint8Array(rows).fill(isFilled ? 1 : 0);
    this.#missing = isFilled ? 0 : rows;
    this.#proven = !isFilled;
  }

  /** @param shape of all rows: [rows, …] */
  static empty(key: JsonObject, shape: Shape, type: OutputsType): EpochOutputs {
    const values = type === 'float32' ? Float32Array : Float16Array;
    return new EpochOutputs(key, shape, new values(sizeOf(shape)), false);
  }

  /** What the cache has of all rows, not proven yet. */
  static read(key: JsonObject, shape: Shape, data: Float32Array): EpochOutputs {
    return new EpochOutputs(key, shape, data, true);
  }

  get proven(): boolean {
    return this.#proven;
  }

  get complete(): boolean {
    return this.#missing === 0;
  }

  /** Whether it can stand in for the teacher. @param slots places of rows */
  has(slots: Int32Array): boolean {
    return this.#proven && slots.every((slot) => this.#filled[slot] === 1);
  }

  /** The outputs of rows, in their order. */
  take(slots: Int32Array): Float32Array {
    const width = this.#width;
    const values = new Float32Array(slots.length * width);
    slots.forEach((slot, i) => values.set(this.data.subarray(slot * width, (slot + 1) * width), i * width));
    return values;
  }

  /** Keeps what the teacher has given, rounded to the type by who calls. */
  put(slots: Int32Array, values: Float32Array): void {
    const width = this.#width;
    slots.forEach((slot, i) => {
      this.data.set(values.subarray(i * width, (i + 1) * width), slot * width);
      if (this.#filled[slot] === 0) this.#missing--;
      this.#filled[slot] = 1;
    });
  }

  /** Holds what was read against what the teacher has given: true where every bit agrees. */
  prove(slots: Int32Array, values: Float32Array): boolean {
    const kept = this.take(slots);
    this.#proven = kept.length === values.length && kept.every((value, i) => Object.is(value, values[i]));
    return this.#proven;
  }
}

/** Bytes of an output for so many rows. */
export function bytesFor(rows: number, shape: Shape, type: OutputsType): number {
  return rows * sizeOf(shape) * (type === 'float32' ? 4 : 2);
}

function sizeOf(shape: Shape): number {
  return shape.reduce((product, n) => product * n, 1);
}
