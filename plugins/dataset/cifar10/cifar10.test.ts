import { createRegistry, type Splits } from '@cairn/core';
import { createPlugin, testDataset } from '@cairn/testing';
import { expect, test } from 'vitest';
import { cifar10, cifar10Source, cifar10Spec } from './index.ts';

function opened(options: Parameters<typeof cifar10>[0], files: Map<string, Uint8Array>): Promise<Splits> {
  const dataset = createRegistry([cifar10]).create(cifar10(options));
  return dataset.open({ files: () => Promise.resolve(files) });
}

function record(label: number, value: number): number[] {
  return [label, ...new Array<number>(3072).fill(value)];
}

/** Five training files of two records each: classes i and 9, values 10i and 10i + 1. */
function archive(): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (let i = 1; i <= 5; i++) {
    files.set(`data_batch_${i}.bin`, Uint8Array.from([...record(i, 10 * i), ...record(9, 10 * i + 1)]));
  }
  return files.set('test_batch.bin', Uint8Array.from([...record(0, 1), ...record(0, 2)]));
}

testDataset('cifar10', () => createPlugin(cifar10, cifar10()), {
  files: archive,
  others: { limit: () => createPlugin(cifar10, cifar10({ limit: 1 })) },
});

test('the source declares six files of 10,000 records', () => {
  expect(cifar10Source.files.map((f) => f.name)).toEqual([...archive().keys()]);
  for (const { bytes, md5 } of cifar10Source.files) {
    expect(bytes).toBe(10_000 * 3073);
    expect(md5).toMatch(/^[0-9a-f]{32}$/);
  }
  expect(cifar10Spec.classNames[5]).toBe('dog');
});

test('five files are one training split, limited per class over all of them', async () => {
  const all = await opened({}, archive());
  expect([...all.train.labels]).toEqual([1, 9, 2, 9, 3, 9, 4, 9, 5, 9]);
  expect((await all.train.read(Int32Array.of(3))).bytes[0]).toBe(21);
  const few = await opened({ limit: 2, testLimit: 1 }, archive());
  expect([...few.train.labels]).toEqual([1, 9, 2, 9, 3, 4, 5]);
  expect(few.test.size).toBe(1);
  expect(few.digest).not.toBe(all.digest);
});

test('a label above 9 is refused', async () => {
  const files = archive().set('data_batch_4.bin', Uint8Array.from(record(10, 0)));
  await expect(opened({}, files)).rejects.toMatchObject({
    code: 'CAIRN_DATA_RECORD',
    message: 'data_batch_4.bin: record 0 has the label bytes 10',
  });
});
