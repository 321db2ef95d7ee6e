import { createRegistry, memorySplits, MemoryStore, type Splits } from '@cairn/core';
import { cifar100 } from '@cairn/dataset-cifar100';
import { expect, test } from 'vitest';
import { openContext } from '../data/index.ts';
import { countDuplicates, duplicateLines, duplicatesOf } from './duplicates.ts';

const input = { kind: 'image', height: 1, width: 1, channels: 2, mean: [0, 0], std: [1, 1] } as const;

function small(): Promise<Splits> {
  return memorySplits(
    { id: 'small', input, classes: 2 },
    // The second and the third image are the same, under other labels.
    { labels: Int32Array.of(0, 1, 0), pixels: Uint8Array.of(1, 2, 3, 4, 3, 4) },
    { labels: Int32Array.of(0, 1, 1, 1), pixels: Uint8Array.of(3, 4, 4, 3, 5, 6, 5, 6) },
  );
}

test('images that are there twice are counted by their bytes, once for each data set', async () => {
  const [home, splits] = [new MemoryStore(), await small()];
  const found = await duplicatesOf(home, splits);
  expect(found).toEqual({ version: 1, digest: splits.digest, both: 1, train: 1, test: 1 });
  expect(duplicateLines(found)).toEqual([
    'data: in both splits 1 test image; repeated within a split 1 of train, 1 of test',
  ]);
  const unread = { ...splits.train, read: () => Promise.reject(new Error('read again')) };
  expect(await duplicatesOf(home, { ...splits, train: unread })).toEqual(found);
  const [file = ''] = await home.list('cache/duplicates');
  await home.write(`cache/duplicates/${file}`, new TextEncoder().encode('{"version":1'));
  expect(await duplicatesOf(home, splits)).toEqual(found);
});

test('of data without any nothing is said', () => {
  expect(duplicateLines({ version: 1, digest: '', both: 0, train: 0, test: 0 })).toEqual([]);
});

const data = process.env['CAIRN_DATA'];

test.skipIf(data === undefined)('CIFAR-100 has 10 images in both splits, 14 and 2 within them', async () => {
  const dataset = createRegistry([cifar100]).create(cifar100());
  const splits = await dataset.open(openContext([data ?? '']));
  expect(await countDuplicates(splits)).toEqual({ both: 10, train: 14, test: 2 });
});
