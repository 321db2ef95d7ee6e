import { mean } from '@cairn/core';
import type { RunResult } from '../result.ts';
import { type Estimate, estimate } from '../statistics/sample.ts';

/** A metric of last weights over student seeds. What several teachers gave for one seed is averaged first. */
export function overStudentSeeds(runs: readonly RunResult[], metric: string): Estimate | undefined {
  const bySeed = new Map<number, number[]>();
  for (const { seed, last } of runs) {
    const value = last.metrics[metric];
    if (value !== undefined) bySeed.set(seed, [...(bySeed.get(seed) ?? []), value]);
  }
  return estimate([...bySeed.values()].map((own) => mean(own)));
}
