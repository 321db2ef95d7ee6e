import * as tf from '@tensorflow/tfjs-core';
import type { Network } from '@cairn/core';
import { disposeBatch, type BatchMaker } from './data/batches.ts';

const PREDICT_BATCH = 128;

/**
 * Logits of rows without augmentation, in inference mode: float32, row-major [rows × classes].
 * Leaves the network's mode and its pending backward as they are.
 */
export async function predictLogits(
  network: Network,
  batches: BatchMaker,
  rows: Int32Array,
): Promise<Float32Array> {
  const classes = network.info.outputs['logits']?.[0] ?? 0;
  const logits = new Float32Array(rows.length * classes);
  for (let start = 0; start < rows.length; start += PREDICT_BATCH) {
    const batch = await batches.make(rows.slice(start, start + PREDICT_BATCH));
    const outputs = await network.infer(batch.inputs, ['logits']);
    try {
      logits.set((await outputs['logits']?.data()) as Float32Array, start * classes);
    } finally {
      tf.dispose(outputs);
      disposeBatch(batch);
    }
  }
  return logits;
}
