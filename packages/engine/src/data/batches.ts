import * as tf from '@tensorflow/tfjs-core';
import type { Augmentation, Batch, ByteImage, InputSpec, Random, Split, ViewAddress } from '@cairn/core';

/** Makes tensors out of a split's bytes. */
export class BatchMaker {
  readonly #split: Split;
  readonly #input: InputSpec;
  readonly #augmentations: readonly Augmentation[];
  readonly #scale: Float32Array;
  readonly #shift: Float32Array;

  constructor(split: Split, input: InputSpec, augmentations: readonly Augmentation[] = []) {
    this.#split = split;
    this.#input = input;
    this.#augmentations = augmentations;
    this.#scale = Float32Array.from(input.std, (s) => 1 / (255 * s));
    this.#shift = Float32Array.from(input.mean, (m, c) => -m / (input.std[c] ?? 1));
  }

  /**
   * The rows as a batch, in their order. With a view each sample is augmented by its draws at
   * (augment, epoch, row), whatever batch it comes in. The caller owns the tensors.
   */
  async make(
    rows: Int32Array,
    view?: { readonly random: Random; readonly epoch: number; readonly address?: ViewAddress },
  ): Promise<Batch> {
    const { bytes } = await this.#split.read(rows);
    const seen = view === undefined ? bytes : this.#augment(bytes, rows, view.random, view.epoch);
    const { height, width, channels } = this.#input;
    const x = tf.tensor4d(this.#normalise(seen), [rows.length, height, width, channels]);
    const labels = tf.tensor1d(
      Int32Array.from(rows, (r) => this.#split.labels[r] ?? 0),
      'int32',
    );
    const { address } = view ?? {};
    return {
      inputs: { x },
      labels,
      indices: rows,
      size: rows.length,
      ...(address === undefined ? {} : { address }),
    };
  }

  #augment(bytes: Uint8Array, rows: Int32Array, random: Random, epoch: number): Uint8Array {
    const { height, width, channels } = this.#input;
    const image: ByteImage = { height, width, channels };
    const size = height * width * channels;
    let from: Uint8Array = bytes;
    let to: Uint8Array = new Uint8Array(bytes.length);
    const streams = Array.from(rows, (row) => random.at('augment', epoch, row));
    for (const augmentation of this.#augmentations) {
      streams.forEach((stream, i) => {
        const sample = [i * size, (i + 1) * size] as const;
        augmentation.apply(from.subarray(...sample), to.subarray(...sample), image, stream);
      });
      [from, to] = [to, from === bytes ? new Uint8Array(bytes.length) : from];
    }
    return from;
  }

  #normalise(bytes: Uint8Array): Float32Array {
    const out = new Float32Array(bytes.length);
    const { channels } = this.#input;
    for (let i = 0; i < bytes.length; i += channels) {
      for (let c = 0; c < channels; c++) {
        out[i + c] = (bytes[i + c] ?? 0) * (this.#scale[c] ?? 0) + (this.#shift[c] ?? 0);
      }
    }
    return out;
  }
}

/** Frees a batch's tensors. */
export function disposeBatch(batch: Batch): void {
  tf.dispose([batch.inputs, batch.labels]);
}

/** Rows of each step of each epoch: a new order every epoch, the last batch as short as it comes. */
export class EpochOrder {
  readonly stepsPerEpoch: number;
  readonly #rows: Int32Array;
  readonly #batch: number;
  readonly #random: Random;
  #epoch = 0;
  #order: Int32Array = new Int32Array();

  constructor(rows: Int32Array, batch: number, random: Random) {
    this.#rows = rows;
    this.#batch = batch;
    this.#random = random;
    this.stepsPerEpoch = Math.ceil(rows.length / batch);
  }

  /** @param epoch from 1; @param position step in the epoch, from 0 */
  rowsAt(epoch: number, position: number): Int32Array {
    if (epoch !== this.#epoch) {
      const order = this.#random.at('order', epoch).permutation(this.#rows.length);
      this.#order = order.map((i) => this.#rows[i] ?? 0);
      this.#epoch = epoch;
    }
    return this.#order.slice(position * this.#batch, (position + 1) * this.#batch);
  }
}
