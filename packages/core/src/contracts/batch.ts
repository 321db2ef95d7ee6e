import type { Tensor1D } from '@tensorflow/tfjs-core';
import type { Outputs } from './network.ts';

/** One step's samples on the backend. */
export interface Batch {
  /** Network inputs: `x`, float32 NHWC, normalised. */
  readonly inputs: Outputs;
  /** int32 [size]. */
  readonly labels: Tensor1D;
  /** Rows of the split. */
  readonly indices: Int32Array;
  readonly size: number;
}
