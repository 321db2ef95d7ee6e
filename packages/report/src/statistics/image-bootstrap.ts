/** Seeds and test images both drawn again: what would another test set of this size have said? */
import { createRandom, type RandomStream } from '@cairn/core';
import { expandedTail, percentiles } from './bootstrap.ts';
import type { Interval } from './sample.ts';
import { FEWEST_SEEDS } from './sign-flip.ts';

/** Which test images the runs of one condition classified rightly. */
export interface ImageOutcomes {
  readonly seeds: readonly number[];
  /** Per seed, in the order of the test split: 1 right, 0 wrong. */
  readonly correct: readonly Uint8Array[];
}

export interface ImageBootstrap extends Interval {
  /** Difference in accuracy over the seeds that both have. */
  readonly mean: number;
  readonly seeds: number;
  readonly images: number;
  /** Standard deviation of the mean over drawn images alone, and over drawn seeds alone. */
  readonly imageError: number;
  readonly seedError: number;
}

export interface ImageBootstrapOptions {
  /** Of the draws. @default 0 */
  readonly seed?: number;
  /** @default 2000 */
  readonly resamples?: number;
}

/**
 * The pigeonhole bootstrap (Owen, Annals of Applied Statistics 1, 2007) of a difference in accuracy, 95 %, percentiles
 * expanded for the number of seeds. It errs on the wide side.
 * @returns undefined with fewer than 6 seeds in common
 */
export function imageBootstrap(
  a: ImageOutcomes,
  b: ImageOutcomes,
  { seed = 0, resamples = 2000 }: ImageBootstrapOptions = {},
): ImageBootstrap | undefined {
  const rows = differences(a, b);
  const images = rows[0]?.length ?? 0;
  if (rows.length < FEWEST_SEEDS || images === 0) return undefined;
  const stream = createRandom(seed).at('image-bootstrap');
  const [oneOfEach, everyImage] = [new Uint32Array(rows.length).fill(1), new Uint32Array(images).fill(1)];
  const means = rows.map((row) => weighted(row, everyImage));
  const both = new Float64Array(resamples);
  const [byImage, bySeed] = [new Float64Array(resamples), new Float64Array(resamples)];
  for (let r = 0; r < resamples; r++) {
    const drawn = { seeds: draw(rows.length, stream), images: draw(images, stream) };
    const perRow = rows.map((row) => weighted(row, drawn.images));
    both[r] = weighted(perRow, drawn.seeds);
    byImage[r] = weighted(perRow, oneOfEach);
    bySeed[r] = weighted(means, drawn.seeds);
  }
  return {
    mean: weighted(means, oneOfEach),
    ...percentiles(both, expandedTail(rows.length)),
    seeds: rows.length,
    images,
    imageError: deviation(byImage),
    seedError: deviation(bySeed),
  };
}

/** −1, 0 or 1 per image, a row for each seed that both have. */
function differences(a: ImageOutcomes, b: ImageOutcomes): Int8Array[] {
  return a.seeds.flatMap((seed, i) => {
    const [own, theirs] = [a.correct[i], b.correct[b.seeds.indexOf(seed)]];
    if (own === undefined || theirs === undefined) return [];
    if (own.length !== theirs.length) {
      throw new RangeError(`seed ${seed}: ${own.length} and ${theirs.length} images; the same test split`);
    }
    return [Int8Array.from(own, (right, k) => right - (theirs[k] as number))];
  });
}

/** How often each of n is drawn in n draws. */
function draw(n: number, stream: RandomStream): Uint32Array {
  const counts = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    const k = stream.below(n);
    counts[k] = (counts[k] as number) + 1;
  }
  return counts;
}

/** The mean with weights that sum to their number. */
function weighted(values: ArrayLike<number>, weights: Uint32Array): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += (weights[i] as number) * (values[i] as number);
  return sum / weights.length;
}

function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
}
