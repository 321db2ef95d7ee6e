import {
  canonicalJson,
  memorySplits,
  sha256,
  type Dataset,
  type DatasetSpec,
  type DataSource,
  type Samples,
  type Split,
  type Splits,
} from '@cairn/core';
import { expect, test } from 'vitest';
import { brokenChecks } from './checks.ts';
import { datasetChecks, type DatasetTraits } from './dataset-suite.ts';

const SPEC = 'describes itself before it is opened, as plain data';
const TRUTH = 'says of classes and channels what is true of all';
const SHAPE = 'has a class for every row, and bytes of the declared shape';
const ROWS = 'reads rows in the order asked, also twice, also none';
const ABSENT = 'refuses a row that is not there';
const COPIES = 'hands out copies: what a reader writes stays its own';
const APART = 'keeps train and test apart';
const AGAIN = 'opens to the same data under the same digest';
const OTHERS = 'has another digest with other options';
const ALTERED = 'has another digest when one byte of a file is another, or refuses it';

const spec: DatasetSpec = {
  id: 'grey',
  classes: 3,
  input: { kind: 'image', height: 1, width: 2, channels: 1, mean: [0.5], std: [0.25] },
};
const train: Samples = { labels: Int32Array.of(0, 1, 2), pixels: Uint8Array.of(1, 2, 3, 4, 5, 6) };
const held: Samples = { labels: Int32Array.of(2, 0), pixels: Uint8Array.of(7, 8, 9, 10) };

type Change = (splits: Splits) => Splits | Promise<Splits>;
const sound = (change: Change = (splits) => splits, own = spec): Dataset => ({
  spec,
  open: async () => change(await memorySplits(own, train, held)),
});
const inTrain = (change: (split: Split) => Partial<Split>): Change => {
  return (splits) => ({ ...splits, train: { ...splits.train, ...change(splits.train) } });
};
const other = (labels: Int32Array, pixels: Uint8Array): Change => {
  return async ({ digest }) => ({ ...(await memorySplits(spec, { labels, pixels }, held)), digest });
};
const ofSpec = (change: Partial<DatasetSpec>): Dataset => {
  const own = { ...spec, ...change };
  return { ...sound((splits) => ({ ...splits, spec: own })), spec: own };
};

/** One record a file: a label and two pixels. */
const source: DataSource = {
  id: 'grey',
  folder: 'grey',
  files: ['train.bin', 'test.bin'].map((name) => ({ name, bytes: 3, md5: '' })),
  archive: { name: 'grey.tar', bytes: 6, md5: '', url: 'https://example.org/grey.tar' },
};
const files = () =>
  new Map([
    ['train.bin', Uint8Array.of(1, 10, 11)],
    ['test.bin', Uint8Array.of(0, 20, 21)],
  ]);
const fromFiles = (digestOf?: (of: Readonly<Record<'train' | 'held', Samples>>) => unknown): Dataset => ({
  spec,
  source,
  open: async (context) => {
    const given = await context.files(source);
    const samples = (name: string): Samples => {
      const [label = 0, ...pixels] = given.get(name) ?? [];
      return { labels: Int32Array.of(label), pixels: Uint8Array.from(pixels) };
    };
    const parts = { train: samples('train.bin'), held: samples('test.bin') };
    const splits = await memorySplits(spec, parts.train, parts.held);
    return digestOf === undefined
      ? splits
      : { ...splits, digest: await sha256(canonicalJson(digestOf(parts))) };
  },
});

test('one that keeps the contract breaks nothing', async () => {
  const others = { mean: () => ofSpecDigest(0.1) };
  expect(await brokenChecks(datasetChecks(() => sound(), { others }))).toEqual([]);
  expect(await brokenChecks(datasetChecks(() => fromFiles(), { files }))).toEqual([]);
});
const ofSpecDigest = (mean: number): Dataset =>
  sound(undefined, { ...spec, input: { ...spec.input, mean: [mean] } });

let everOpened = 0;
const [pixels, labels] = [train.pixels, train.labels];
const broken: readonly (readonly [string, () => Dataset, string])[] = [
  ['opens as another than it said', () => sound((s) => ({ ...s, spec: { ...spec, classes: 4 } })), SPEC],
  ['asks for files that it did not name', () => ({ ...fromFiles(), source: { ...source, files: [] } }), SPEC],
  ['has one class', () => ofSpec({ classes: 1 }), TRUTH],
  ['names two classes alike', () => ofSpec({ classNames: ['a', 'b', 'a'] }), TRUTH],
  ['has a superclass too few', () => ofSpec({ superclasses: [0, 0] }), TRUTH],
  ['divides by nothing', () => ofSpec({ input: { ...spec.input, std: [0] } }), TRUTH],
  ['does not know its mean', () => ofSpec({ input: { ...spec.input, mean: [NaN] } }), TRUTH],
  ['has means of other channels', () => ofSpec({ input: { ...spec.input, mean: [0, 0, 0] } }), TRUTH],
  ['has a label that is no class', () => sound(other(Int32Array.of(0, 1, 3), pixels)), SHAPE],
  ['counts its classes from 1', () => sound(inTrain((s) => ({ labels: s.labels.map((y) => y + 1) }))), SHAPE],
  ['has a negative label', () => sound(other(Int32Array.of(0, 1, -1), pixels)), SHAPE],
  ['has labels for some', () => sound(inTrain((s) => ({ labels: s.labels.subarray(1) }))), SHAPE],
  ['has no row', () => sound(other(new Int32Array(0), new Uint8Array(0))), SHAPE],
  [
    'reads images of another size',
    () =>
      sound(
        inTrain(() => ({ read: async (rows) => ({ kind: 'image', bytes: new Uint8Array(rows.length) }) })),
      ),
    SHAPE,
  ],
  ['sorts the rows', () => sound(inTrain((s) => ({ read: (rows) => s.read(rows.toSorted()) }))), ROWS],
  [
    'reads a row once',
    () => sound(inTrain((s) => ({ read: (rows) => s.read(Int32Array.from(new Set(rows))) }))),
    ROWS,
  ],
  [
    'augments what it reads',
    () =>
      sound(
        inTrain((s) => ({
          read: async (rows) => ({
            kind: 'image',
            bytes: (await s.read(rows)).bytes.map(() => 256 * Math.random()),
          }),
        })),
      ),
    ROWS,
  ],
  [
    'wraps rows round',
    () =>
      sound((s) => ({
        ...s,
        test: {
          ...s.test,
          read: (rows) => s.test.read(rows.map((row) => (row + s.test.size) % s.test.size)),
        },
      })),
    ABSENT,
  ],
  [
    'hands out its own memory',
    () =>
      sound(
        inTrain(() => {
          const all = pixels.slice();
          return {
            read: async ([row = 0]) => ({ kind: 'image', bytes: all.subarray(2 * row, 2 * row + 2) }),
          };
        }),
      ),
    COPIES,
  ],
  ['tests on what it trains on', () => sound((s) => ({ ...s, test: s.train })), APART],
  [
    'moves its labels each time',
    () =>
      sound(
        inTrain(({ labels: own }) => {
          everOpened++;
          return { labels: own.map((label) => (label + everOpened) % 3) };
        }),
      ),
    AGAIN,
  ],
  [
    'makes other images each time',
    () => sound(other(labels, crypto.getRandomValues(new Uint8Array(6)))),
    AGAIN,
  ],
  [
    'has a digest of its opening',
    () => sound(async (s) => ({ ...s, digest: await sha256(crypto.randomUUID()) })),
    AGAIN,
  ],
  ['has a digest that is none', () => sound((s) => ({ ...s, digest: 'grey-1' })), AGAIN],
];
test.each(broken)('one that %s is found', async (_, create, check) => {
  expect(await brokenChecks(datasetChecks(create))).toContain(check);
});

const withTraits: readonly (readonly [string, () => Dataset, DatasetTraits, string])[] = [
  ['has one digest whatever its options', () => sound(), { others: { other: () => sound() } }, OTHERS],
  ['has one digest whatever its files', () => fromFiles(() => 'grey'), { files }, ALTERED],
  [
    'has a digest of its pixels alone',
    () => fromFiles((of) => [of.train, of.held].map((s) => [...s.pixels])),
    { files },
    ALTERED,
  ],
  [
    'has a digest of its labels alone',
    () => fromFiles((of) => [of.train, of.held].map((s) => [...s.labels])),
    { files },
    ALTERED,
  ],
  [
    'has a digest of its training part',
    () => fromFiles((of) => [...of.train.labels, ...of.train.pixels]),
    { files },
    ALTERED,
  ],
  ['asks for files though it needs none', () => fromFiles(), {}, SHAPE],
];
test.each(withTraits)('one that %s is found', async (_, create, traits, check) => {
  expect(await brokenChecks(datasetChecks(create, traits))).toContain(check);
});
