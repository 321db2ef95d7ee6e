/** One condition less another in one metric, with everything that can be said about it. */
import { mean, type PrimaryContrast } from '@cairn/core';
import type { ConditionResult } from '../result.ts';
import { bootstrapMean } from '../statistics/bootstrap.ts';
import { equivalence, type Equivalence } from '../statistics/equivalence.ts';
import type { ImageBootstrap } from '../statistics/image-bootstrap.ts';
import { pairedT, welch, type TInterval } from '../statistics/paired.ts';
import { cautiousSd, detectable } from '../statistics/power.ts';
import { correlation, estimate, type Estimate, type Interval } from '../statistics/sample.ts';
import { signFlip, smallestP, type SignFlip } from '../statistics/sign-flip.ts';
import type { VarianceSplit } from '../statistics/variance-split.ts';
import { type DrawnImages, imagesOf } from './images.ts';
import { pairSeeds, varianceOf } from './pairs.ts';

/** Which two, and why. */
export interface ContrastSpec extends PrimaryContrast {
  /** `primary` was declared in the study; the others are exploratory. */
  readonly kind: 'primary' | 'exploratory';
  /** What the other one is: the matched control, the baseline, or just named. */
  readonly role: 'control' | 'baseline' | 'named';
}

export interface Contrast extends ContrastSpec {
  /** Student seeds in common: the size of the sample. */
  readonly n: number;
  readonly seeds: readonly number[];
  readonly routes: number;
  /** Routes that a seed learned from, at most: 1 of several where seeds are dealt to teachers. */
  readonly routesPerSeed: number;
  /** Means over those seeds. */
  readonly mean: number;
  readonly meanAgainst: number;
  /** Condition less the other, per seed; with its 95 % t-interval where there are two. */
  readonly difference: Estimate;
  readonly differences: readonly number[];
  /** Absent with one seed. */
  readonly t?: TInterval;
  /** As if the seeds were not shared. */
  readonly welch?: TInterval;
  /** Of the two conditions over the seeds: what pairing gains from. */
  readonly correlation?: number;
  /** The least two-sided p that a sign-flip test with n seeds can give. */
  readonly smallestP: number;
  /** From 6 seeds on. */
  readonly signFlip?: SignFlip;
  readonly bootstrap?: Interval;
  /** Over drawn test images: in accuracy and agreement, where every run says which images it got right. */
  readonly images?: ImageBootstrap;
  /** The t-test's p, adjusted over the exploratory contrasts of the metric; from 6 seeds on. */
  readonly holm?: number;
  /** Where a margin is declared. */
  readonly equivalence?: Equivalence;
  /** Where there are two routes and two seeds at least. */
  readonly variance?: VarianceSplit;
  /** Least true differences that are shown with 80 % power, if the differences vary as they did here. */
  readonly detectable?: Detectable;
  /** Multiply-adds of a run as a multiple of the other's. */
  readonly cost?: number;
}

export interface Detectable {
  readonly now: number;
  readonly withTwice: number;
  /** With n seeds, if they vary as much as these seeds cannot rule out. */
  readonly cautious: number;
}

/** Undefined where no seed is in common. */
export function contrastOf(
  spec: ContrastSpec,
  condition: ConditionResult,
  against: ConditionResult,
  drawn?: DrawnImages,
): Contrast | undefined {
  const paired = pairSeeds(condition.runs, against.runs, spec.metric);
  const { own, theirs, differences, seeds, byRoute } = paired;
  const difference = estimate(differences);
  if (difference === undefined) return undefined;
  return {
    ...spec,
    n: seeds.length,
    seeds,
    routes: byRoute.size,
    routesPerSeed: Math.max(...seeds.map((seed) => [...byRoute.values()].filter((r) => r.has(seed)).length)),
    mean: mean(own),
    meanAgainst: mean(theirs),
    difference,
    differences,
    smallestP: smallestP(seeds.length),
    ...present({
      t: pairedT(differences),
      welch: welch(own, theirs),
      correlation: correlation(own, theirs),
      signFlip: signFlip(differences),
      bootstrap: bootstrapMean(differences),
      images: drawn === undefined ? undefined : imagesOf(drawn, spec.metric, condition, against),
      equivalence: spec.margin === undefined ? undefined : equivalence(differences, spec.margin),
      variance: varianceOf(paired),
      detectable: detectableOf(difference),
      cost: costRatio(condition, against),
    }),
  };
}

function detectableOf({ sd, n }: Estimate): Detectable | undefined {
  if (sd === undefined) return undefined;
  return {
    now: detectable(sd, n),
    withTwice: detectable(sd, 2 * n),
    cautious: detectable(cautiousSd(sd, n), n),
  };
}

function costRatio(a: ConditionResult, b: ConditionResult): number | undefined {
  if (a.runs.length === 0 || b.runs.length === 0) return undefined;
  const [own, theirs] = [a, b].map(({ runs }) => mean(runs.map((run) => run.multiplyAdds)));
  return own === undefined || !theirs ? undefined : own / theirs;
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the fields that are undefined. */
export function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
