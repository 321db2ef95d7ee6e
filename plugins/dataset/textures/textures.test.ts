import { createRegistry, type Split, type Splits } from '@cairn/core';
import { createPlugin, testDataset } from '@cairn/testing';
import { beforeAll, expect, test } from 'vitest';
import { classDistance, textureClasses, textures } from './index.ts';
import {
  correlations,
  nearestCentroid,
  standardised,
  type Space,
  type Vectors,
} from './fixtures/statistics.ts';

type Options = Parameters<typeof textures>[0];

function made(options: Options = {}): Promise<Splits> {
  const dataset = createRegistry([textures]).create(textures(options));
  return dataset.open({ files: () => Promise.reject(new Error('textures need no file')) });
}

async function imagesOf(split: Split): Promise<Uint8Array[]> {
  const { bytes } = await split.read(Int32Array.from({ length: split.size }, (_, i) => i));
  const length = bytes.length / split.size;
  return Array.from({ length: split.size }, (_, i) => bytes.subarray(i * length, (i + 1) * length));
}

const small = { trainPerClass: 3, testPerClass: 2 } as const;
const create = (options: Options) => createPlugin(textures, textures({ ...small, ...options }));

testDataset('textures', () => create({}), {
  others: {
    seed: () => create({ seed: 1 }),
    'label noise': () => create({ labelNoise: 0.5 }),
    size: () => create({ size: 32 }),
  },
});

let whole: Splits;
let cpuSeconds: number;
let second: Judgement;

beforeAll(async () => {
  const start = process.cpuUsage();
  whole = await made();
  cpuSeconds = process.cpuUsage(start).user / 1e6;
  second = await judged(correlations, whole);
});

test('the default is 20 balanced classes of 150 + 100 images, made in under 2 s of processor time', () => {
  expect([whole.train.size, whole.test.size, whole.spec.classes]).toEqual([3000, 2000, 20]);
  expect(whole.spec.classNames?.slice(0, 5)).toEqual([
    'stripes-0',
    'stripes-30',
    'stripes-60',
    'stripes-90',
    'checks-0',
  ]);
  expect(whole.spec.superclasses).toEqual(Array.from({ length: 20 }, (_, c) => Math.floor(c / 4)));
  for (let c = 0; c < 20; c++) expect(whole.train.labels.filter((label) => label === c)).toHaveLength(150);
  expect(cpuSeconds).toBeLessThan(2);
});

test('equal options give equal bytes, any other option gives others', async () => {
  const digests = await Promise.all(
    [
      {},
      { seed: 1 },
      { difficulty: 0.5 },
      { labelNoise: 0.5 },
      { size: 32 } as const,
      { superclasses: 4 },
      { subclasses: 3 },
      { testPerClass: 3 },
    ].map(async (options) => (await made({ ...small, ...options })).digest),
  );
  expect(new Set(digests).size).toBe(digests.length);
  expect((await made(small)).digest).toBe(digests[0]);
});

test('more images per class keep the ones before, and no image of train is in test', async () => {
  const few = await imagesOf((await made(small)).train);
  const images = await imagesOf(whole.train);
  expect(few.map(String)).toEqual(images.slice(0, few.length).map(String));
  const held = (await imagesOf(whole.test)).map(String);
  expect(new Set([...images.map(String), ...held]).size).toBe(5000);
});

test('label noise changes its share of the training labels, to other classes, and nothing else', async () => {
  const noisy = await made({ labelNoise: 0.3 });
  const changed = noisy.train.labels.filter((label, i) => label !== whole.train.labels[i]).length;
  // 3000 draws at 0.3: sd 25.
  expect(Math.abs(changed - 900)).toBeLessThan(100);
  expect(noisy.test.labels).toEqual(whole.test.labels);
  const row = Int32Array.of(5);
  expect((await noisy.train.read(row)).bytes).toEqual((await whole.train.read(row)).bytes);
  expect((await made({ ...small, labelNoise: 1 })).train.labels.some((label, i) => label === i % 20)).toBe(
    false,
  );
});

test('pictures fill the range without being cut off', async () => {
  for (const difficulty of [0, 1]) {
    const bytes = (await imagesOf((await made({ ...small, difficulty, size: 32 })).train)).flatMap((i) => [
      ...i,
    ]);
    expect(bytes).toHaveLength(60 * 32 * 32 * 3);
    const mean = bytes.reduce((a, b) => a + b, 0) / bytes.length;
    expect(Math.abs(mean - 127.5)).toBeLessThan(8);
    expect(bytes.filter((v) => v === 0 || v === 255).length / bytes.length).toBeLessThan(0.05);
  }
});

test('the true distance is a distance, within a superclass always below 1', () => {
  const classes = textureClasses(7, 3);
  for (const a of classes) {
    for (const b of classes) {
      const d = classDistance(a, b);
      expect(d).toBe(classDistance(b, a));
      expect(d === 0).toBe(a === b);
      expect(d < 1).toBe(a.superclass === b.superclass);
    }
  }
});

interface Judgement {
  readonly accuracy: number;
  readonly space: Space;
}

/** Accuracy on test images and the class centroids, in a space of statistics scaled by their spread within classes. */
async function judged(
  statistics: (image: Uint8Array, size: number) => number[],
  splits: Splits,
): Promise<Judgement> {
  const size = splits.spec.input.width;
  const vectors = async (split: Split): Promise<Vectors> =>
    (await imagesOf(split)).map((image) => statistics(image, size));
  const [train, held] = [await vectors(splits.train), await vectors(splits.test)];
  const space = standardised(train, splits.train.labels, splits.spec.classes);
  return { accuracy: nearestCentroid(space, held, splits.test.labels), space };
}

test('what looks alike belongs together: nearest classes by their statistics share a superclass', () => {
  const { space } = second;
  const classes = textureClasses(5, 4);
  const apart = (a: number, b: number): number =>
    Math.hypot(...(space.centroids[a] ?? []).map((v, k) => v - (space.centroids[b]?.[k] ?? 0)));
  let [same, n, sum] = [0, 0, { x: 0, y: 0, xx: 0, yy: 0, xy: 0 }];
  for (const [a, c] of classes.entries()) {
    const others = classes.map((_, b) => b).filter((b) => b !== a);
    const nearest = others.reduce((best, b) => (apart(a, b) < apart(a, best) ? b : best));
    same += Number(classes[nearest]?.superclass === c.superclass);
    for (const b of others) {
      const [x, y] = [classDistance(c, classes[b] ?? c), apart(a, b)];
      sum = { x: sum.x + x, y: sum.y + y, xx: sum.xx + x * x, yy: sum.yy + y * y, xy: sum.xy + x * y };
      n++;
    }
  }
  expect(same).toBeGreaterThanOrEqual(18);
  const correlation =
    (sum.xy - (sum.x * sum.y) / n) / Math.sqrt((sum.xx - sum.x ** 2 / n) * (sum.yy - sum.y ** 2 / n));
  expect(correlation).toBeGreaterThan(0.6);
});

test('simple classifiers are above chance and far from done; difficulty matters', async () => {
  const pixels = (image: Uint8Array): number[] => [...image];
  const fewer = { trainPerClass: 60, testPerClass: 30 };
  const raw = (await judged(pixels, await made(fewer))).accuracy;
  const easy = (await judged(correlations, await made({ ...fewer, difficulty: 0.1 }))).accuracy;
  const hard = (await judged(correlations, await made({ ...fewer, difficulty: 1 }))).accuracy;
  // Chance is 0.05.
  expect(raw).toBeGreaterThan(0.07);
  expect(raw).toBeLessThan(0.25);
  expect(second.accuracy).toBeGreaterThan(0.3);
  expect(second.accuracy).toBeLessThan(0.65);
  expect(easy).toBeGreaterThan(second.accuracy + 0.1);
  expect(hard).toBeLessThan(second.accuracy - 0.1);
});
