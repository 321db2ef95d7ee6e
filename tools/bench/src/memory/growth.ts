import { spreadOf } from '../harness/index.ts';

/** How much the last third of a series lies above the first, by their medians; never below 0. */
export function growth(values: readonly number[]): number {
  const third = Math.max(1, Math.floor(values.length / 3));
  const [first, last] = [values.slice(0, third), values.slice(-third)];
  return Math.max(0, spreadOf(last).median - spreadOf(first).median);
}
