import { expect, test } from 'vitest';
import { fractionDone, type RunState, secondsLeft, speedOf, studySecondsLeft } from './progress.ts';
import { after, midway, progressOf } from './sample-study.ts';

const find = (run: string, state = midway): RunState => {
  const found = state.runs.get(run);
  if (found === undefined) throw new Error(`no run ${run}`);
  return found;
};

test('a run goes from waiting to its end', () => {
  expect([...midway.runs.values()].map((r) => r.status)).toEqual([
    'reused',
    'reused',
    'running',
    'running',
    'waiting',
  ]);
  for (const type of ['failed', 'finished', 'skipped'] as const) {
    expect(find('rco-s2', after([[21, { type, run: 'rco-s2', text: '' }]], midway)).status).toBe(type);
  }
  expect(find('rco-s2', after([[21, { type: 'interrupted', run: 'rco-s2' }]], midway)).status).toBe(
    'interrupted',
  );
  expect(midway.begun).toBe(0);
});

test('speed is that of the last half minute; before, what the run says', () => {
  // From second 10 to 20: 12,400 and 9,000 images.
  expect(speedOf(find('rco-s2'))).toBe(1240);
  expect(speedOf(find('long-s1'))).toBe(900);
  const young = after([
    [0, { type: 'started', run: 'x' }],
    [1, progressOf('x', 10, 777)],
  ]);
  expect(speedOf(find('x', young))).toBe(777);
  // At second 60 the samples of seconds 10 and 20 are too old: 5,000 images from 40 to 60.
  const later = after(
    [
      [40, progressOf('rco-s2', 120_000)],
      [60, progressOf('rco-s2', 125_000)],
    ],
    midway,
  );
  expect(speedOf(find('rco-s2', later))).toBe(250);
});

test('what is left of a run counts down between its reports', () => {
  // (192,000 − 112,400) / 1,240 = 64.2 s
  expect(secondsLeft(find('rco-s2'), 20_000)).toBeCloseTo(64.19, 2);
  expect(secondsLeft(find('rco-s2'), 24_000)).toBeCloseTo(60.19, 2);
  expect(secondsLeft(find('rco-s2'), 1e9)).toBe(0);
  expect(secondsLeft(find('long-s2'), 20_000)).toBeUndefined();
  expect(fractionDone(find('rco-s2'))).toBeCloseTo(112_400 / 192_000, 12);
});

test('what is left of the study: all images at the speed of all workers, no less than its longest run', () => {
  // (79,600 + 123,000 + 192,000) / 2,140 = 184.4 s; the longest run needs 123,000 / 900 = 136.7 s.
  expect(studySecondsLeft(midway, 20_000)).toBeCloseTo(184.39, 2);
  const noneWaits = after([[20, { type: 'skipped', run: 'long-s2', text: '' }]], midway);
  expect(studySecondsLeft(noneWaits, 20_000)).toBeCloseTo(136.67, 2);
  expect(studySecondsLeft(after([]), 0)).toBeUndefined();
});
