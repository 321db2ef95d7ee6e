/** Brings the runs of two conditions together that share seeds. */
import { mean } from '@cairn/core';
import type { RunResult } from '../result.ts';
import { splitNested, splitVariance, type VarianceSplit } from '../statistics/variance-split.ts';

/** The unit of every statement is the student seed: what several teachers gave for it is averaged first. */
export interface PairedSeeds {
  readonly seeds: readonly number[];
  /** Per seed, means over the routes that both have. */
  readonly own: readonly number[];
  readonly theirs: readonly number[];
  readonly differences: readonly number[];
  /** Runs that were paired. */
  readonly pairs: number;
  /** By teacher seed, then by student seed: one difference each. */
  readonly byRoute: ReadonlyMap<number | undefined, ReadonlyMap<number, number>>;
}

/** A run and those of the other condition with its seeds, all of which have the metric. */
export interface RunPair {
  readonly run: RunResult;
  readonly others: readonly RunResult[];
}

interface Pair {
  readonly seed: number;
  readonly teacherSeed: number | undefined;
  readonly own: number;
  readonly theirs: number;
}

/**
 * The last epoch's metric of runs and of the others with the same seeds. A run without a teacher is paired by its
 * student seed alone, with the mean of all that share it.
 */
export function pairSeeds(
  runs: readonly RunResult[],
  others: readonly RunResult[],
  metric: string,
): PairedSeeds {
  const value = (run: RunResult): number => run.last.metrics[metric] as number;
  const pairs = pairRuns(runs, others, metric).map(({ run, others: paired }): Pair => ({
    seed: run.seed,
    teacherSeed: run.teacherSeed,
    own: value(run),
    theirs: mean(paired.map(value)),
  }));
  const seeds = [...new Set(pairs.map((pair) => pair.seed))].sort((a, b) => a - b);
  const meanAt = (seed: number, of: (pair: Pair) => number): number =>
    mean(pairs.filter((pair) => pair.seed === seed).map(of));
  const byRoute = new Map<number | undefined, Map<number, number>>();
  for (const { seed, teacherSeed, own, theirs } of pairs) {
    const route = byRoute.get(teacherSeed) ?? new Map<number, number>();
    byRoute.set(teacherSeed, route.set(seed, own - theirs));
  }
  return {
    seeds,
    own: seeds.map((seed) => meanAt(seed, (pair) => pair.own)),
    theirs: seeds.map((seed) => meanAt(seed, (pair) => pair.theirs)),
    differences: seeds.map((seed) => meanAt(seed, ({ own, theirs }) => own - theirs)),
    pairs: pairs.length,
    byRoute,
  };
}

/** Runs that share their seeds, the teacher's included where both have one. */
export function pairRuns(
  runs: readonly RunResult[],
  others: readonly RunResult[],
  metric: string,
): readonly RunPair[] {
  const measured = (run: RunResult): boolean => run.last.metrics[metric] !== undefined;
  return runs.filter(measured).flatMap((run) => {
    const own = others.filter(
      (other) => other.seed === run.seed && sameTeacher(run, other) && measured(other),
    );
    return own.length === 0 ? [] : [{ run, others: own }];
  });
}

/**
 * By route and seed: from the seeds that every route has, or, where each seed has one route, from all. Undefined with
 * one route, or with too few seeds for either.
 */
export function varianceOf({ seeds, pairs, byRoute }: PairedSeeds): VarianceSplit | undefined {
  const routes = [...byRoute.values()];
  if (routes.length >= 2 && pairs === seeds.length && seeds.length > routes.length) {
    return splitNested(routes.map((route) => [...route.values()]));
  }
  const common = seeds.filter((seed) => routes.every((route) => route.has(seed)));
  if (routes.length < 2 || common.length < 2) return undefined;
  return splitVariance(routes.map((route) => common.map((seed) => route.get(seed) as number)));
}

function sameTeacher(a: RunResult, b: RunResult): boolean {
  return a.teacherSeed === undefined || b.teacherSeed === undefined || a.teacherSeed === b.teacherSeed;
}
