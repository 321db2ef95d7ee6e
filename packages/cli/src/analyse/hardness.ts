/** How far each state of the teacher is from a student, or from the other states. Float64 throughout. */
import { klRows, logSoftmaxRows, mean, topClass } from '@cairn/core';
import type { LogitSet, NamedLogits } from './logit-set.ts';

/** Logits with what is made of them, once. */
export interface Outcome {
  readonly name: string;
  /** Row-major log-probabilities at T = 1. */
  readonly logP: Float64Array;
  /** The highest class of each sample. */
  readonly top: Int32Array;
}

export function outcomeOf({ name, logits }: NamedLogits, classes: number): Outcome {
  const samples = logits.length / classes;
  return {
    name,
    logP: logSoftmaxRows(logits, classes),
    top: Int32Array.from({ length: samples }, (_, i) =>
      topClass(logits.subarray(i * classes, (i + 1) * classes)),
    ),
  };
}

/** Mean KL(p ‖ q) in nats. */
export function divergence(p: Outcome, q: Outcome, classes: number): number {
  return mean(klRows(p.logP, q.logP, classes));
}

/** Share of samples with the same highest class, 0 to 1. */
export function agreement(p: Outcome, q: Outcome): number {
  let same = 0;
  p.top.forEach((c, i) => (same += c === q.top[i] ? 1 : 0));
  return same / p.top.length;
}

export interface HardnessRow {
  readonly name: string;
  readonly kind: 'student' | 'anchor';
  /** KL(candidate ‖ this row) in nats for each candidate, in their order. */
  readonly kl: readonly number[];
  /** Share of samples on which both name the same class first. */
  readonly agreement: readonly number[];
}

/** A row for each stage of a student, or for each state of the route where there is no student. */
export function hardnessMap(
  { classes, students }: LogitSet,
  anchors: readonly Outcome[],
  studentOutcomes: readonly Outcome[],
): readonly HardnessRow[] {
  const kind = students.length > 0 ? 'student' : 'anchor';
  const rows = students.length > 0 ? studentOutcomes : anchors;
  return rows.map((row) => ({
    name: row.name,
    kind,
    kl: anchors.map((candidate) => (candidate === row ? 0 : divergence(candidate, row, classes))),
    agreement: anchors.map((candidate) => agreement(candidate, row)),
  }));
}
