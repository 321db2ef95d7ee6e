import { MemoryStore, type RunRecord } from '@cairn/core';
import { expect, test } from 'vitest';
import { Journal } from './journal.ts';

const PATH = 'journal.jsonl';
const begin: RunRecord = {
  type: 'run_start',
  uid: 'u',
  experiment: 'small',
  name: 'kd-t0-s0',
  startTime: 1,
  tags: {},
};

test('a run of an earlier version goes on: its data sets and series are its own matter', async () => {
  const dataset = { type: 'dataset', name: 'textures', digest: 'd'.repeat(32), source: 'textures' } as const;
  const head: readonly RunRecord[] = [
    begin,
    { type: 'params', params: {} },
    { ...dataset, context: 'train', rows: 9 },
  ];
  const [val, tested] = [
    { ...dataset, context: 'val', rows: 1 } as const,
    { ...dataset, context: 'test', rows: 5 } as const,
  ];
  const stage = (...names: readonly string[]): RunRecord => ({
    type: 'metrics',
    metrics: names.map((name) => [`stage/${name}`, 0.5, 2, 9]),
  });
  const last = { type: 'weights', role: 'last', epoch: 2, file: 'w', sha256: 'ab'.repeat(32) } as const;
  const before = new MemoryStore();
  const first = await Journal.open(before, PATH);
  for (const record of [...head, tested, stage('top1', 'kl', 'nll', 'ece')]) first.record(record);
  await first.flush();
  const store = new MemoryStore();
  const older = new TextDecoder().decode(await before.read(PATH)).replaceAll('{"v":2', '{"v":1');
  await store.write(PATH, new TextEncoder().encode(older));

  const journal = await Journal.open(store, PATH);
  journal.rewindTo(0);
  for (const record of [...head, val, tested, stage('top1', 'kl'), last]) journal.record(record);
  await journal.flush();
  const view = (await Journal.open(store, PATH)).existing;
  expect(view.datasets.map(({ context }) => context)).toEqual(['train', 'test']);
  expect([...view.metrics.keys()]).toEqual(['stage/top1', 'stage/kl', 'stage/nll', 'stage/ece']);
  expect([view.records, view.weights]).toEqual([6, [last]]);

  // What it learned from, and when, is held against it all the same; and so is all that this version has written.
  const again = await Journal.open(store, PATH);
  again.rewindTo(4);
  expect(() => again.record({ ...stage('top1'), metrics: [['stage/top1', 0.5, 3, 9]] } as RunRecord)).toThrow(
    'the run now gives metrics at 3, before it gave metrics at 2',
  );
  const other = await Journal.open(store, PATH);
  other.rewindTo(5);
  expect(() => other.record({ ...last, sha256: 'cd'.repeat(32) })).toThrow('the run now gives weights');
});
