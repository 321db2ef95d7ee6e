import type { Tensor1D } from '@tensorflow/tfjs-core';
import type { Outputs } from './network.ts';

/**
 * Which augmentation of its rows a batch shows. Equal addresses give equal samples, row by row, where data and
 * augmentations are equal: drawn afresh in every epoch of a student's life, or a view out of a fixed bank.
 */
export type ViewAddress =
  | { readonly seed: number; readonly epoch: number }
  /** `bank` is the bank's seed; views count from 0. */
  | { readonly bank: number; readonly view: number };

/** One step's samples on the backend. */
export interface Batch {
  /** Network inputs: `x`, float32 NHWC, normalised. */
  readonly inputs: Outputs;
  /** int32 [size]. */
  readonly labels: Tensor1D;
  /** Rows of the split. */
  readonly indices: Int32Array;
  readonly size: number;
  /** Absent where nothing is augmented. */
  readonly address?: ViewAddress;
}
