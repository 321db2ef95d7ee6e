/**
 * Greedy search of the next anchor: how far the student's reach goes, how fast the slots that are left want it to
 * go. Our definition; the paper describes its search without a formula (README.md). Candidates count from 1;
 * hardness is KL(candidate ‖ student) in nats on held-out samples.
 */
import { mean, type RandomStream } from '@cairn/core';

/** What is known when an anchor is chosen. */
export interface Situation {
  /** Hardness of each candidate for each held-out sample. */
  readonly samples: readonly Float64Array[];
  /** The candidate that taught last; 0 for an untrained student. */
  readonly current: number;
  /** What neighbouring candidates differ by anyway, in nats. */
  readonly floor: number;
  /** The most that hardness may grow: r_ij up to here is within reach. */
  readonly limit: number;
  /** Anchors still allowed, the converged teacher included; undefined for any number. */
  readonly slots: number | undefined;
}

/** The choice and all that led to it. */
export interface Choice {
  /** Mean hardness of each candidate. */
  readonly hardness: readonly number[];
  /** Lower 95 % bounds of r_ij for the candidates after the current one. */
  readonly bounds: readonly number[];
  /** The last candidate within reach; the current one where none is. */
  readonly reach: number;
  /** The first candidate that keeps equal steps of hardness; undefined without slots. */
  readonly pace: number | undefined;
  readonly choice: number;
}

/** next = min(N, max(i+1, reach, pace)); the last slot is the converged teacher, N. */
export function chooseNext(
  situation: Situation,
  draw: (replicate: number) => RandomStream,
  replicates: number,
): Choice {
  const { samples, current, floor, limit, slots } = situation;
  const last = samples.length;
  const hardness = samples.map(mean);
  const bounds = current === 0 ? [] : lowerBounds(samples.slice(current - 1), floor, draw, replicates);
  const reach = current + reachOf(bounds, limit);
  const pace = slots === undefined ? undefined : current + paceOf(aheadOf(hardness, current), slots);
  const choice = slots === 1 ? last : Math.min(last, Math.max(current + 1, reach, pace ?? 0));
  return { hardness, bounds, reach, pace, choice };
}

/** Hardness from the current candidate on. An untrained student stands at 0, that of an anchor just like it. */
function aheadOf(hardness: readonly number[], current: number): readonly number[] {
  return current === 0 ? [0, ...hardness] : hardness.slice(current - 1);
}

/**
 * First offset j ≥ 1 with H̄_j ≥ H_0 + (H̄_last − H_0)/slots: steps of equal hardness over the slots left.
 * @param hardness that of the current anchor, then of the candidates after it
 */
export function paceOf(hardness: readonly number[], slots: number): number {
  const highest = runningMaximum(hardness);
  const start = hardness[0] ?? 0;
  const target = start + ((highest.at(-1) ?? 0) - start) / slots;
  // The quotient can round above the maximum that it was made of.
  const found = highest.findIndex((h, j) => j > 0 && (h >= target || h === highest.at(-1)));
  return found < 0 ? 0 : found;
}

/** How many candidates after the current one are within the limit. Bounds never fall, so the first beyond ends it. */
export function reachOf(bounds: readonly number[], limit: number): number {
  const beyond = bounds.findIndex((bound) => bound > limit);
  return beyond < 0 ? bounds.length : beyond;
}

/**
 * Lower 95 % bootstrap bounds of r_ij = H̄_j / max(H_i, floor), one-sided: the 5 % quantile over resamplings of the
 * held-out samples, all candidates with the same draws.
 * @param samples hardness by sample of the current candidate and of those after it
 * @param draw randomness of a replicate
 */
export function lowerBounds(
  samples: readonly Float64Array[],
  floor: number,
  draw: (replicate: number) => RandomStream,
  replicates: number,
): readonly number[] {
  const ratios = Array.from({ length: replicates }, (_, b) => {
    const means = resampledMeans(samples, draw(b));
    return runningMaximum(means).map((h) => h / baseOf(means[0] ?? 0, floor));
  });
  return samples.slice(1).map((_, j) => lowerQuantile(ratios.map((r) => r[j + 1] ?? 0)));
}

function resampledMeans(samples: readonly Float64Array[], stream: RandomStream): number[] {
  const size = samples[0]?.length ?? 0;
  const rows = Int32Array.from({ length: size }, () => stream.below(size));
  return samples.map((values) => {
    let sum = 0;
    for (const row of rows) sum += values[row] as number;
    return sum / size;
  });
}

function lowerQuantile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(0.05 * values.length)] ?? 0;
}

/** Never 0, so that a perfect student has finite ratios. */
function baseOf(hardness: number, floor: number): number {
  return Math.max(hardness, floor, Number.EPSILON);
}

/** The highest value so far at each place: states on a plateau of a high learning rate differ by noise. */
export function runningMaximum(values: readonly number[]): readonly number[] {
  let highest = -Infinity;
  return values.map((value) => (highest = Math.max(highest, value)));
}

/** The middle value, or the mean of the two in the middle; 0 of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return ((low ?? 0) + (high ?? 0)) / 2;
}
