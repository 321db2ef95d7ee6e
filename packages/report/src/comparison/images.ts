/** From what runs say of each test image to intervals over test images, for every contrast in an accuracy. */
import { mean } from '@cairn/core';
import type { ConditionResult, RunResult, StudyResult } from '../result.ts';
import {
  type DrawnShare,
  drawTestSets,
  type ImageBootstrap,
  imageBootstrap,
} from '../statistics/image-bootstrap.ts';
import { pairRuns } from './pairs.ts';

/** Classes per test image at the last epoch, in the order of the test split. */
export interface RunOutcomes {
  /** −1: none. */
  readonly predicted: Int32Array;
  readonly labels: Int32Array;
  /** What the converged teacher says. */
  readonly teacher?: Int32Array;
}

/** Undefined for a run that does not say it. */
export type OutcomesOf = (run: RunResult) => RunOutcomes | undefined;

/** What a prediction is held against in a metric; others are no shares of images, or of more than the first class. */
const TARGETS: Readonly<Record<string, 'labels' | 'teacher'>> = {
  'test/top1': 'labels',
  'test/agree1': 'teacher',
};

export function countsImages(metric: string): boolean {
  return TARGETS[metric] !== undefined;
}

/** The same drawn test sets for all runs and metrics of a study. */
export interface DrawnImages {
  readonly images: number;
  /** Folders of the runs that do not say it, each once. */
  readonly silent: readonly string[];
  shareOf(run: RunResult, metric: string): DrawnShare | undefined;
}

/** @throws RangeError for runs on different test splits */
export function drawImages(
  { conditions }: StudyResult,
  metrics: readonly string[],
  outcomesOf: OutcomesOf,
): DrawnImages {
  const counted = metrics.filter((metric) => countsImages(metric));
  const rows: { readonly key: string; readonly right: Uint8Array }[] = [];
  const silent: string[] = [];
  for (const run of counted.length === 0 ? [] : conditions.flatMap(({ runs }) => runs)) {
    const outcomes = outcomesOf(run);
    if (outcomes === undefined) silent.push(run.folder);
    for (const metric of counted) {
      const target = outcomes?.[TARGETS[metric] ?? 'labels'];
      if (outcomes === undefined || target === undefined || run.last.metrics[metric] === undefined) continue;
      rows.push({ key: keyOf(run, metric), right: rightIn(outcomes.predicted, target) });
    }
  }
  const drawn = drawTestSets(rows.map((row) => row.right));
  const byKey = new Map(rows.map(({ key }, i) => [key, drawn[i]]));
  return {
    images: rows[0]?.right.length ?? 0,
    silent,
    shareOf: (run, metric) => byKey.get(keyOf(run, metric)),
  };
}

/** Undefined where a run of the contrast does not say which images it got right. */
export function imagesOf(
  drawn: DrawnImages,
  metric: string,
  condition: ConditionResult,
  against: ConditionResult,
): ImageBootstrap | undefined {
  const bySeed = Map.groupBy(pairRuns(condition.runs, against.runs, metric), (pair) => pair.run.seed);
  const seeds: DrawnShare[] = [];
  for (const [, pairs] of [...bySeed].sort(([a], [b]) => a - b)) {
    const differences: DrawnShare[] = [];
    for (const { run, others } of pairs) {
      const own = drawn.shareOf(run, metric);
      const theirs = others.flatMap((other) => drawn.shareOf(other, metric) ?? []);
      if (own === undefined || theirs.length < others.length) return undefined;
      differences.push(combined([own], theirs));
    }
    seeds.push(combined(differences));
  }
  return imageBootstrap(seeds, drawn.images);
}

/** The mean of some, less the mean of others. */
function combined(some: readonly DrawnShare[], others: readonly DrawnShare[] = []): DrawnShare {
  const of = (pick: (share: DrawnShare) => number): number =>
    mean(some.map(pick)) - (others.length === 0 ? 0 : mean(others.map(pick)));
  const drawn = Float64Array.from(some[0]?.drawn ?? [], (_, i) => of((share) => share.drawn[i] as number));
  return { share: of(({ share }) => share), drawn };
}

function keyOf({ folder }: RunResult, metric: string): string {
  return `${metric} ${folder}`;
}

function rightIn(predicted: Int32Array, target: Int32Array): Uint8Array {
  return Uint8Array.from(predicted, (value, image) => (value >= 0 && value === target[image] ? 1 : 0));
}
