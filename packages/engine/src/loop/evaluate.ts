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

/** Whether one of them looks at the converged teacher's logits. */
export function needReference(evaluators: readonly Evaluator[]): boolean {
  return evaluators.some((evaluator) => evaluator.needsReference === true);
}

/** Every evaluator's values on a set, keyed `val/top1` and so on. */
export async function evaluate(
  network: Network,
  evaluators: readonly Evaluator[],
  set: EvaluationSet,
): Promise<Record<string, number>> {
  return score(await predictLogits(network, set.batches, set.rows), evaluators, set);
}

/** The same of logits that are there. */
export function score(
  logits: Float32Array,
  evaluators: readonly Evaluator[],
  set: EvaluationSet,
): Record<string, number> {
  const labels = labelsOf(set);
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

/** Of the rows, in their order. */
export function labelsOf({ rows, labels }: EvaluationSet): Int32Array {
  return Int32Array.from(rows, (row) => labels[row] ?? 0);
}
