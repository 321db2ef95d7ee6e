import { expect, test } from 'vitest';
import type { StudyEvent } from './events.ts';
import { lastingLines, logLines, type Spoken } from './lines.ts';
import { type ProgressState, reduce } from './progress.ts';
import { midway, progressOf, queue } from './sample-study.ts';

const plain = { unicode: true, colour: false };
const noon = new Date(2026, 0, 1, 12, 0, 0).getTime();

const events: readonly StudyEvent[] = [
  { type: 'say', lines: ['cairn  quickstart'] },
  { type: 'reused', run: 'route-t0', text: 'val 81.3 %   12 anchors kept' },
  { type: 'reused', run: 'kd-s0', text: 'val 66.0 %' },
  { type: 'started', run: 'rco-s2' },
  progressOf('rco-s2', 4000),
  { type: 'note', run: 'rco-s2', text: 'anchor 4 → 9 of 12: reach 7, pace 9 (2 slots left)   H 0.41 → 0.78' },
  { type: 'finished', run: 'rco-s2', text: '48 epochs   val 81.3 %' },
  { type: 'failed', run: 'long-s1', text: 'error CAIRN_LOSS_DIVERGED  loss: got NaN at step 12' },
  { type: 'skipped', run: 'long-s2', text: 'a run before it failed' },
  { type: 'interrupted', run: 'long-s1' },
];

test('what stays on a terminal', () => {
  const lines = events.flatMap((event) => {
    const state = reduce(midway, event, 23_000);
    return lastingLines(state, event, { ...plain, width: 80 }, 23_000);
  });
  expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
    "
    cairn  quickstart
    route  teacher s0     reused   val 81.3 %   12 anchors kept
     23 s  rco-greedy s2  anchor 4 → 9 of 12: reach 7, pace 9 (2 slots left)   H 0.41 → 0.78
     run   rco-greedy s2  ████████████████████  48 epochs   val 81.3 %
     run   kd-long s1     failed   error CAIRN_LOSS_DIVERGED  loss: got NaN at step 12
     run   kd-long s2     skipped   a run before it failed
     run   kd-long s1     interrupted, state saved
    "
  `);
});

/** A log of events with their seconds. */
function log(timed: readonly (readonly [number, StudyEvent])[]): string[] {
  let [state, spoken]: [ProgressState, Spoken] = [{ runs: new Map() }, new Map()];
  return timed.flatMap(([second, event]) => {
    const now = noon + second * 1000;
    state = reduce(state, event, now);
    const said = logLines(state, event, spoken, plain, now);
    spoken = said.spoken;
    return said.lines;
  });
}

test('the log without a terminal', () => {
  const timed = [...queue, ...events].map((event, i) => [i, event] as const);
  expect(`\n${log(timed).join('\n')}\n`).toMatchInlineSnapshot(`
    "
    cairn  quickstart
    12:00:06  route  teacher s0     reused   val 81.3 %   12 anchors kept
    12:00:08   run   rco-greedy s2  started
    12:00:10   run   rco-greedy s2  anchor 4 → 9 of 12: reach 7, pace 9 (2 slots left)   H 0.41 → 0.78
    12:00:11   run   rco-greedy s2  finished   48 epochs   val 81.3 %
    12:00:12   run   kd-long s1     failed   error CAIRN_LOSS_DIVERGED  loss: got NaN at step 12
    12:00:13   run   kd-long s2     skipped   a run before it failed
    12:00:14   run   kd-long s1     interrupted, state saved
    "
  `);
});

test('a long run speaks every tenth, at most every half minute', () => {
  const start: StudyEvent = { type: 'started', run: 'long-s1' };
  const report = (i: number): readonly [number, StudyEvent] => [i, progressOf('long-s1', i * 960)];
  // 200 s for all: a tenth is 20 s, so the half minute decides.
  const lines = log([
    ...queue.map((e) => [0, e] as const),
    [0, start],
    ...Array.from({ length: 200 }, (_, i) => report(i + 1)),
  ]);
  expect(lines.map((line) => line.slice(0, 8))).toEqual([
    '12:00:00',
    '12:00:30',
    '12:01:00',
    '12:01:30',
    '12:02:00',
    '12:02:30',
    '12:03:00',
  ]);
  expect(lines[1]).toMatchInlineSnapshot(
    `"12:00:30   run   kd-long s1      15 %  epoch 8/48  960 img/s  2:50 left"`,
  );
});

test('a very long run speaks every ten minutes', () => {
  const start: StudyEvent = { type: 'started', run: 'long-s1' };
  const lines = log([
    ...queue.map((e) => [0, e] as const),
    [0, start],
    ...Array.from({ length: 180 }, (_, i) => [(i + 1) * 10, progressOf('long-s1', i * 10)] as const),
  ]);
  expect(lines.map((line) => line.slice(0, 8))).toEqual(['12:00:00', '12:10:00', '12:20:00', '12:30:00']);
});
