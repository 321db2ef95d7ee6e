import { expect, test } from 'vitest';
import {
  CairnError,
  memorySplits,
  readPlanarRecords,
  type DatasetSpec,
  type PlanarLayout,
} from '../index.ts';

const layout: PlanarLayout = {
  height: 1,
  width: 2,
  channels: 3,
  labelBytes: 1,
  classOf: ([label = 9]) => (label < 2 ? label : undefined),
};
const spec: DatasetSpec = {
  id: 'tiny',
  classes: 2,
  input: { kind: 'image', height: 1, width: 2, channels: 3, mean: [0, 0, 0], std: [1, 1, 1] },
};
/** label, R R, G G, B B */
const record = (label: number, base: number): number[] => [label, ...[0, 1, 2, 3, 4, 5].map((v) => base + v)];
const files = new Map([
  ['a', Uint8Array.from([...record(1, 10), ...record(0, 20)])],
  ['b', Uint8Array.from([...record(1, 30), ...record(0, 40)])],
]);

test('planes become interleaved pixels, files are read in the order given', () => {
  const { labels, pixels } = readPlanarRecords(files, ['b', 'a'], layout);
  expect([...labels]).toEqual([1, 0, 1, 0]);
  expect([...pixels.subarray(0, 6)]).toEqual([30, 32, 34, 31, 33, 35]);
  expect([...pixels.subarray(18)]).toEqual([20, 22, 24, 21, 23, 25]);
});

test('a limit keeps the first records of each class, over all files', () => {
  const { labels, pixels } = readPlanarRecords(files, ['a', 'b'], layout, 1);
  expect([...labels]).toEqual([1, 0]);
  expect([pixels[0], pixels[6]]).toEqual([10, 20]);
});

test.each([
  [
    'missing',
    new Map<string, Uint8Array>(),
    'CAIRN_DATA_MISSING a: not among the files that were opened (none)',
  ],
  ['short', new Map([['a', new Uint8Array(13)]]), 'CAIRN_DATA_SIZE a: got 13 bytes'],
  [
    'altered',
    new Map([['a', Uint8Array.from([...record(0, 1), ...record(7, 1)])]]),
    'CAIRN_DATA_RECORD a: record 1 has the label bytes 7',
  ],
])('a file that is %s is refused', (_what, broken, message) => {
  const attempt = (): string => {
    try {
      readPlanarRecords(broken, ['a'], layout);
    } catch (error) {
      if (error instanceof CairnError) return `${error.code} ${error.message}`;
    }
    return 'no error';
  };
  expect(attempt()).toBe(message);
});

test('splits in memory read rows in any order and repeat them', async () => {
  const samples = readPlanarRecords(files, ['a', 'b'], layout);
  const { train, test: held } = await memorySplits(spec, samples, samples);
  expect([train.size, held.size]).toEqual([4, 4]);
  const { bytes } = await train.read(Int32Array.of(3, 0, 3));
  expect([...bytes]).toEqual([40, 42, 44, 41, 43, 45, 10, 12, 14, 11, 13, 15, 40, 42, 44, 41, 43, 45]);
  await expect(train.read(Int32Array.of(4))).rejects.toThrow('row: got 4; 0 to 3');
  await expect(memorySplits(spec, { ...samples, pixels: new Uint8Array(5) }, samples)).rejects.toThrow(
    'pixels: got 5 bytes; 4 samples of 6 bytes',
  );
});

test('the digest changes with any byte, label or normalisation, and with nothing else', async () => {
  const samples = readPlanarRecords(files, ['a', 'b'], layout);
  const digest = async (s = spec, train = samples, held = samples): Promise<string> =>
    (await memorySplits(s, train, held)).digest;
  const base = await digest();
  expect(base).toMatch(/^[0-9a-f]{64}$/);
  expect(await digest()).toBe(base);
  const otherPixel = { ...samples, pixels: samples.pixels.map((v, i) => (i === 7 ? v + 1 : v)) };
  const otherLabel = { ...samples, labels: Int32Array.of(1, 0, 1, 1) };
  const otherMean = { ...spec, input: { ...spec.input, mean: [0, 0, 0.1] } };
  const changed = [
    await digest(spec, otherPixel),
    await digest(spec, samples, otherPixel),
    await digest(spec, otherLabel),
    await digest(otherMean),
  ];
  expect(new Set([base, ...changed]).size).toBe(5);
});
