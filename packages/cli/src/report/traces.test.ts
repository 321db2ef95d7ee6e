import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunRecord } from '@cairn/core';
import { Journal, loadJournal } from '@cairn/tracking';
import { expect, onTestFinished, test } from 'vitest';
import { NodeStore } from '../files/index.ts';
import type { ReportRun } from './subject.ts';
import { epochOf, traceOf } from './traces.ts';

const route = {
  stepsPerEpoch: 10,
  anchors: [
    { id: 20, epoch: 2 },
    { id: 35, epoch: 3.5 },
  ],
} as unknown as NonNullable<ReportRun['route']>;

test('a trace is what the journal says, epoch by epoch, with anchors as teacher epochs', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-trace-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const store = new NodeStore(folder);
  const journal = await Journal.open(store, 'journal.jsonl', { now: () => 1000 });
  const records: RunRecord[] = [
    { type: 'run_start', uid: 'u', experiment: 'e', name: 'n', startTime: 1, tags: {} },
    { type: 'anchor', anchors: [{ step: 20, hash: 'a' }], epoch: 0, reason: 'first', numbers: {} },
    { type: 'metrics', metrics: [['val/top1', 0.25, 1, 1000]] },
    { type: 'anchor', anchors: [{ step: 35, hash: 'b' }], epoch: 1, reason: 'next', numbers: {} },
    { type: 'metrics', metrics: [['val/top1', 0.5, 2, 2000]] },
  ];
  for (const record of records) journal.record(record);
  await journal.flush();
  const view = await loadJournal(store, 'journal.jsonl');
  if (view === undefined) throw new Error('no journal');
  const trace = traceOf({ condition: 'kd', seed: 1, name: 'kd-t0-s1', store, journal: view, route });
  expect([...trace.series]).toEqual([
    [
      'val/top1',
      [
        { epoch: 1, value: 0.25 },
        { epoch: 2, value: 0.5 },
      ],
    ],
  ]);
  expect(trace.switches).toEqual([
    { epoch: 0, anchors: [2] },
    { epoch: 1, anchors: [3.5] },
  ]);
});

test('steps of a route that is gone have no epoch; those between anchors have a part of one', () => {
  expect([epochOf(20, undefined), epochOf(45, route)]).toEqual([NaN, 4.5]);
});
