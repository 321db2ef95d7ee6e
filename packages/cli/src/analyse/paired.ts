/** Accuracy, NLL and agreement of each state, and its difference to the converged teacher on the same samples. */
import { mean } from '@cairn/core';
import { agreement, divergence, type Outcome } from './hardness.ts';

/** A mean over samples with half of its 95 % interval (normal; samples are many). */
export interface Difference {
  readonly mean: number;
  readonly halfWidth: number;
}

export interface PairedRow {
  readonly name: string;
  readonly kind: 'student' | 'anchor';
  /** 0 to 1. */
  readonly top1: number;
  /** In nats. */
  readonly nll: number;
  /** Share of samples on which the converged teacher names the same class. */
  readonly agreement: number;
  /** KL(converged ‖ this) in nats. */
  readonly kl: number;
  /** Less the converged teacher's, sample by sample. Absent for that itself. */
  readonly top1Difference?: Difference;
  readonly nllDifference?: Difference;
}

/** @param labels class of each sample */
export function pairedTable(
  anchors: readonly Outcome[],
  students: readonly Outcome[],
  labels: Int32Array,
): readonly PairedRow[] {
  const converged = anchors.at(-1);
  if (converged === undefined) return [];
  const row = (outcome: Outcome, kind: PairedRow['kind']): PairedRow => {
    const [right, loss] = scores(outcome, labels);
    const classes = outcome.logP.length / labels.length;
    const [rightThere, lossThere] = scores(converged, labels);
    return {
      name: outcome.name,
      kind,
      top1: mean(right),
      nll: mean(loss),
      agreement: agreement(outcome, converged),
      kl: outcome === converged ? 0 : divergence(converged, outcome, classes),
      ...(outcome !== converged && {
        top1Difference: difference(right, rightThere),
        nllDifference: difference(loss, lossThere),
      }),
    };
  };
  return [...anchors.map((a) => row(a, 'anchor')), ...students.map((s) => row(s, 'student'))];
}

/** Whether each sample is right, and its −log p(label). */
function scores(
  { top, logP }: Outcome,
  labels: Int32Array,
): readonly [right: Float64Array, loss: Float64Array] {
  const classes = logP.length / labels.length;
  return [
    Float64Array.from(labels, (label, i) => (top[i] === label ? 1 : 0)),
    Float64Array.from(labels, (label, i) => -(logP[i * classes + label] ?? NaN)),
  ];
}

function difference(a: Float64Array, b: Float64Array): Difference {
  const each = a.map((value, i) => value - (b[i] ?? NaN));
  const center = mean(each);
  const variance = each.reduce((sum, d) => sum + (d - center) ** 2, 0) / Math.max(1, each.length - 1);
  return { mean: center, halfWidth: 1.96 * Math.sqrt(variance / each.length) };
}
