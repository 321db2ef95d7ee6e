/** Test images drawn again, alone or together with seeds: what would another test set of this size have said? */
import { createRandom, type RandomStream } from '@cairn/core';
import { expandedTail, percentiles } from './bootstrap.ts';
import type { Interval } from './sample.ts';
import { FEWEST_SEEDS } from './sign-flip.ts';

/** A share of test images: of the test set as it is, and of each test set that is drawn from it. */
export interface DrawnShare {
  readonly share: number;
  /** In the order of the draws, which is the same for all runs on this test set. */
  readonly drawn: Float64Array;
}

/** `low` to `high`, 95 %, is over drawn images alone: given these seeds. */
export interface ImageBootstrap extends Interval {
  readonly mean: number;
  /** In the test set. */
  readonly images: number;
  /** Standard deviation of the mean over drawn images. */
  readonly imageError: number;
  /** 95 % over drawn seeds and images both; from 6 seeds on. */
  readonly both?: Interval;
}

export interface ImageBootstrapOptions {
  /** Of the draws. @default 0 */
  readonly seed?: number;
  /** @default 2000 */
  readonly resamples?: number;
}

const RESAMPLES = 2000;

/**
 * Draws test sets of the same size, with replacement, and counts in each what the runs did.
 * @param runs per run, in the order of the test split: 1 where the image counts, else 0
 * @throws RangeError for runs on test sets of different sizes
 */
export function drawTestSets(
  runs: readonly Uint8Array[],
  { seed = 0, resamples = RESAMPLES }: ImageBootstrapOptions = {},
): DrawnShare[] {
  const images = runs[0]?.length ?? 0;
  const other = runs.find((run) => run.length !== images);
  if (other !== undefined) {
    throw new RangeError(`${images} and ${other.length} images; the same test split`);
  }
  const stream = createRandom(seed).at('image-bootstrap');
  const shares = runs.map((run) => ({
    share: run.reduce((sum, counts) => sum + counts, 0) / images,
    drawn: new Float64Array(resamples),
  }));
  const packs = packed(runs);
  const times = new Uint16Array(images);
  for (let draw = 0; draw < resamples; draw++) {
    drawInto(times, stream);
    packs.forEach((pack, p) => {
      let rest = weightedSum(pack, times);
      for (let i = p * PACKED; i < Math.min(runs.length, (p + 1) * PACKED); i++) {
        (shares[i] as DrawnShare).drawn[draw] = (rest % FIELD) / images;
        rest = Math.floor(rest / FIELD);
      }
    });
  }
  return shares;
}

/** Three runs share a float64: 51 of its 53 bits, so that sums of up to 2¹⁷ − 1 images stay apart and exact. */
const [PACKED, FIELD] = [3, 2 ** 17];

function packed(runs: readonly Uint8Array[]): Float64Array[] {
  return Array.from({ length: Math.ceil(runs.length / PACKED) }, (_, p) => {
    const own = runs.slice(p * PACKED, (p + 1) * PACKED);
    return Float64Array.from(own[0] ?? [], (_, image) =>
      own.reduce((sum, run, field) => sum + (run[image] as number) * FIELD ** field, 0),
    );
  });
}

/**
 * The bootstrap of a mean over seeds of differences in shares. Over seeds and images both it is the pigeonhole
 * bootstrap (Owen, Annals of Applied Statistics 1, 2007), percentiles expanded for the number of seeds; it errs on
 * the wide side.
 * @param seeds a difference for each seed, on the same drawn test sets
 * @param images in the test set
 * @returns undefined without a seed, or with under two images
 */
export function imageBootstrap(
  seeds: readonly DrawnShare[],
  images: number,
  { seed = 0 }: Pick<ImageBootstrapOptions, 'seed'> = {},
): ImageBootstrap | undefined {
  if (seeds.length === 0 || images < 2) return undefined;
  const mean = seeds.reduce((sum, { share }) => sum + share, 0) / seeds.length;
  const overImages = meanOf(seeds.map(({ drawn }) => drawn));
  return {
    mean,
    images,
    ...percentiles(overImages, expandedTail(images)),
    imageError: deviation(overImages),
    ...(seeds.length < FEWEST_SEEDS ? {} : { both: overBoth(seeds, seed) }),
  };
}

function overBoth(seeds: readonly DrawnShare[], seed: number): Interval {
  const stream = createRandom(seed).at('image-bootstrap-seeds');
  const n = seeds.length;
  const means = Float64Array.from(seeds[0]?.drawn ?? [], (_, draw) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += seeds[stream.below(n)]?.drawn[draw] as number;
    return sum / n;
  });
  return percentiles(means, expandedTail(n));
}

/** How often each image is drawn, in as many draws as there are images: two of a word where 16 bits are enough. */
function drawInto(times: Uint16Array, stream: RandomStream): void {
  times.fill(0);
  const n = times.length;
  if (n > HALF) {
    for (let i = 0; i < n; i++) bump(times, stream.below(n));
    return;
  }
  // What would favour the first images is thrown away.
  const limit = HALF - (HALF % n);
  let left = n;
  while (left > 0) {
    const word = stream.uint32();
    const [low, high] = [word & (HALF - 1), word >>> 16];
    if (low < limit) {
      bump(times, low % n);
      left--;
    }
    if (high < limit && left > 0) {
      bump(times, high % n);
      left--;
    }
  }
}

function bump(times: Uint16Array, image: number): void {
  times[image] = (times[image] as number) + 1;
}

const HALF = 2 ** 16;

function weightedSum(pack: Float64Array, times: Uint16Array): number {
  let sum = 0;
  for (let i = 0; i < times.length; i++) sum += (times[i] as number) * (pack[i] as number);
  return sum;
}

/** Element by element. */
function meanOf(rows: readonly Float64Array[]): Float64Array {
  return Float64Array.from(
    rows[0] ?? [],
    (_, i) => rows.reduce((sum, row) => sum + (row[i] as number), 0) / rows.length,
  );
}

function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
}
