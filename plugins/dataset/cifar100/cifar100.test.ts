import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRegistry, type DataSource, type Dataset, type Splits } from '@cairn/core';
import { createPlugin, testDataset } from '@cairn/testing';
import { expect, test, type TestContext } from 'vitest';
import { cifar100, cifar100Source, cifar100Spec } from './index.ts';

const root = process.env['CAIRN_DATA'];

function datasetOf(options: Parameters<typeof cifar100>[0] = {}): Dataset {
  return createRegistry([cifar100]).create(cifar100(options));
}

function opened(options: Parameters<typeof cifar100>[0], files: Map<string, Uint8Array>): Promise<Splits> {
  return datasetOf(options).open({ files: () => Promise.resolve(files) });
}

/** Superclass, class, and an image whose bytes are all `value` but for the first of each plane. */
function record(fine: number, value: number, coarse = cifar100Spec.superclasses[fine] ?? 0): Uint8Array {
  const bytes = new Uint8Array(3074).fill(value);
  bytes.set([coarse, fine]);
  for (const plane of [0, 1, 2]) bytes[2 + plane * 1024] = plane + 1;
  return bytes;
}

function file(...records: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(records.flatMap((r) => [...r]));
}

testDataset('cifar100', () => createPlugin(cifar100, cifar100()), {
  files: () =>
    new Map([
      ['train.bin', file(record(3, 100), record(3, 101), record(99, 102))],
      ['test.bin', file(record(0, 103), record(0, 104))],
    ]),
  others: { limit: () => createPlugin(cifar100, cifar100({ limit: 1 })) },
});

test('class numbers and superclasses are those of the archive', () => {
  const { classNames, superclasses } = cifar100Spec;
  expect(classNames).toHaveLength(100);
  expect([classNames[0], classNames[8], classNames[99]]).toEqual(['apple', 'bicycle', 'worm']);
  expect(superclasses.slice(0, 10)).toEqual([4, 1, 14, 8, 0, 6, 7, 7, 18, 3]);
  for (let s = 0; s < 20; s++) expect(superclasses.filter((v) => v === s)).toHaveLength(5);
});

test('records become NHWC images with fine labels; limits keep the first of each class', async () => {
  const files = new Map([
    ['train.bin', file(record(3, 100), record(3, 101), record(99, 102))],
    ['test.bin', file(record(0, 103), record(0, 104))],
  ]);
  const all = await opened({}, files);
  expect([...all.train.labels]).toEqual([3, 3, 99]);
  const { bytes } = await all.train.read(Int32Array.of(1));
  expect(bytes).toHaveLength(3072);
  expect([...bytes.subarray(0, 6)]).toEqual([1, 2, 3, 101, 101, 101]);
  const few = await opened({ limit: 1, testLimit: 1 }, files);
  expect([[...few.train.labels], few.test.size]).toEqual([[3, 99], 1]);
  expect((await few.train.read(Int32Array.of(1))).bytes[3]).toBe(102);
  expect(few.digest).not.toBe(all.digest);
});

test('a class in the wrong superclass, and a torn file, are refused', async () => {
  const good = file(record(0, 1));
  const torn = new Map([
    ['train.bin', good.subarray(1)],
    ['test.bin', good],
  ]);
  await expect(opened({}, torn)).rejects.toMatchObject({ code: 'CAIRN_DATA_SIZE' });
  const wrong = new Map([
    ['train.bin', file(record(0, 1), record(0, 1, 5))],
    ['test.bin', good],
  ]);
  await expect(opened({}, wrong)).rejects.toMatchObject({
    code: 'CAIRN_DATA_RECORD',
    message: 'train.bin: record 1 has the label bytes 5, 0',
  });
});

test('a limit beyond the images of a class is refused', () => {
  expect(() => datasetOf({ limit: 501 })).toThrow('dataset.limit: got 501');
});

async function official(context: TestContext): Promise<Map<string, Uint8Array>> {
  if (root === undefined) context.skip('CAIRN_DATA is not set: the whole data set is not read');
  return filesIn(join(root ?? '', cifar100Source.folder), cifar100Source);
}

async function filesIn(folder: string, source: DataSource): Promise<Map<string, Uint8Array>> {
  const entries = source.files.map(async ({ name }) => [name, await readFile(join(folder, name))] as const);
  return new Map(await Promise.all(entries));
}

test('the official files are those that the source declares, whole and balanced', async (context) => {
  const files = await official(context);
  for (const { name, bytes, md5 } of cifar100Source.files) {
    const found = files.get(name) ?? new Uint8Array();
    expect([name, found.length, createHash('md5').update(found).digest('hex')]).toEqual([name, bytes, md5]);
  }
  const { train, test: held } = await opened({ limit: 0 }, files);
  expect([train.size, held.size]).toEqual([50_000, 10_000]);
  const counts = (labels: Int32Array): number[] => {
    const perClass = new Array<number>(100).fill(0);
    for (const label of labels) perClass[label] = (perClass[label] ?? 0) + 1;
    return perClass;
  };
  expect(new Set(counts(train.labels))).toEqual(new Set([500]));
  expect(new Set(counts(held.labels))).toEqual(new Set([100]));
});

test('the declared mean is that of the training images', async (context) => {
  const { train } = await opened({}, await official(context));
  const { bytes } = await train.read(Int32Array.from({ length: 50_000 }, (_, i) => i));
  const sums = [0, 0, 0];
  for (let i = 0; i < bytes.length; i++) sums[i % 3] = (sums[i % 3] ?? 0) + (bytes[i] ?? 0);
  sums.forEach((sum, c) => expect(sum / 255 / 50_000 / 1024).toBeCloseTo(cifar100Spec.input.mean[c] ?? 0, 3));
});
