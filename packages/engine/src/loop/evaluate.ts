import type { Evaluator, Network } from '@cairn/core';
import type { BatchMaker } from '../data/batches.ts';
import { predictLogits } from '../predict.ts';

export interface EvaluationSet {
  readonly phase: 'val' | 'test';
  readonly batches: BatchMaker;
  readonly rows: Int32Array;
  readonly labels: Int32Array;
  /** The converged teacher's logits on the same rows. */
  readonly reference?: Float32Array;
}

/** Every evaluator's values on a set, keyed `val/top1` and so on. */
export async function evaluate(
  network: Network,
  evaluators: readonly Evaluator[],
  set: EvaluationSet,
): Promise<Record<string, number>> {
  const logits = await predictLogits(network, set.batches, set.rows);
  const labels = Int32Array.from(set.rows, (row) => set.labels[row] ?? 0);
  const classes = logits.length / Math.max(1, set.rows.length);
  const context = {
    logits,
    labels,
    classes,
    ...(set.reference === undefined ? {} : { reference: set.reference }),
  };
  const metrics: Record<string, number> = {};
  for (const evaluator of evaluators) {
    for (const [name, value] of evaluator.evaluate(context)) metrics[`${set.phase}/${name}`] = value;
  }
  return metrics;
}
