/** Logits in another sample order than the labels look like a network that is sure of itself and right by chance. */
import { mean } from '@cairn/core';
import { percent } from '../format.ts';
import type { Outcome } from './hardness.ts';

/** Below this mean probability of its first class a network is not sure of anything: it may just be untrained. */
const SURE = 0.3;

/**
 * A line for each state that is right no more often than its classes and the labels' would be by chance, and sure of
 * itself all the same. A doubt, no proof: the order is known where every file has its labels.
 */
export function orderNotes(outcomes: readonly Outcome[], labels: Int32Array): string[] {
  return outcomes.flatMap(({ name, logP, top }) => {
    const classes = logP.length / labels.length;
    const right = mean(top.map((c, i) => (c === labels[i] ? 1 : 0)));
    const sure = mean(surest(logP, top, classes));
    const bound = chanceBound(top, labels, classes);
    if (right > bound || sure < Math.max(SURE, 2 * bound)) return [];
    return [
      `${name} is sure of itself (mean highest probability ${sure.toFixed(2)}) and right no more often than by chance (${percent(right)}): are its samples in the order of the labels?`,
    ];
  });
}

function surest(logP: Float64Array, top: Int32Array, classes: number): Float64Array {
  return Float64Array.from(top, (c, i) => Math.exp(logP[i * classes + c] ?? -Infinity));
}

/** Three standard errors above the accuracy of predictions that have nothing to do with their labels. */
function chanceBound(top: Int32Array, labels: Int32Array, classes: number): number {
  const [predicted, given] = [top, labels].map((values) => {
    const counts = new Float64Array(classes);
    for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
    return counts;
  }) as [Float64Array, Float64Array];
  const n = labels.length;
  const chance = predicted.reduce((sum, count, c) => sum + (count / n) * ((given[c] ?? 0) / n), 0);
  return chance + 3 * Math.sqrt((chance * (1 - chance)) / n);
}
