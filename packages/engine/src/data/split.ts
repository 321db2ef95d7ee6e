import { createRandom } from '@cairn/core';

/** Rows of a training split: those trained on, and those held out for policies and selection. Each ascending. */
export interface Carved {
  readonly train: Int32Array;
  readonly held: Int32Array;
}

/**
 * Holds out a share of every class, chosen by the split's own seed, so that all runs of a study see one split.
 * @param fraction share held out, 0…0.5; each class keeps at least one row to train on
 */
export function carve(labels: Int32Array, fraction: number, seed: number): Carved {
  const held = new Set<number>();
  for (const rows of rowsByClass(labels)) {
    const count = Math.min(rows.length - 1, Math.round(rows.length * fraction));
    for (const row of choose(rows, count, seed, 'split')) held.add(row);
  }
  const all = Int32Array.from(labels, (_, i) => i);
  return { train: all.filter((i) => !held.has(i)), held: all.filter((i) => held.has(i)) };
}

/**
 * At most `limit` of the given rows, in equal shares per class: the probe on which hardness is measured.
 * Ascending.
 */
export function stratified(rows: Int32Array, labels: Int32Array, limit: number, seed: number): Int32Array {
  if (rows.length <= limit) return rows;
  const classes = rowsByClass(labels, rows).map((r) => choose(r, r.length, seed, 'probe'));
  const chosen: number[] = [];
  for (let round = 0; chosen.length < limit; round++) {
    for (const candidates of classes) {
      const row = candidates[round];
      if (row !== undefined && chosen.length < limit) chosen.push(row);
    }
  }
  return Int32Array.from(chosen).sort();
}

/** What is left after holding out, or as much of it as a run may train on. */
export function rowsToTrainOn(
  train: Int32Array,
  labels: Int32Array,
  { samples, validation }: { readonly samples?: number; readonly validation: { readonly seed: number } },
): Int32Array {
  return samples === undefined ? train : stratified(train, labels, samples, validation.seed);
}

function rowsByClass(labels: Int32Array, rows: Iterable<number> = labels.keys()): number[][] {
  const classes: number[][] = [];
  for (const row of rows) (classes[labels[row] ?? 0] ??= []).push(row);
  return classes.filter((c) => c !== undefined);
}

function choose(rows: readonly number[], count: number, seed: number, purpose: string): number[] {
  const order = createRandom(seed)
    .at(purpose, 0, rows[0] ?? 0)
    .permutation(rows.length);
  return Array.from(order.subarray(0, count), (i) => rows[i] ?? 0);
}
