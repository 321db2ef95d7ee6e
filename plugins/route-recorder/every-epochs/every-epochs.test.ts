import { createPlugin, eventsOf, failureOf, keptSteps, testRouteRecorder } from '@cairn/testing';
import { expect, test } from 'vitest';
import { everyEpochs } from './index.ts';

const recorder = (options: Parameters<typeof everyEpochs>[0]) =>
  createPlugin(everyEpochs, everyEpochs(options));

testRouteRecorder('every-epochs', () => recorder({}));

const kept = (options: Parameters<typeof everyEpochs>[0], stepsPerEpoch: number, totalSteps: number) =>
  keptSteps(recorder(options), eventsOf({ stepsPerEpoch, totalSteps }));

test('each epoch, and the end of a broken one', () => {
  expect(kept({}, 4, 12)).toEqual([4, 8, 12]);
  expect(kept({}, 4, 14)).toEqual([4, 8, 12, 14]);
  expect(kept({ initial: true }, 4, 8)).toEqual([0, 4, 8]);
});

test('several epochs, and the end where it is no multiple', () => {
  expect(kept({ every: 2 }, 3, 15)).toEqual([6, 12, 15]);
  expect(kept({ every: 9 }, 3, 6)).toEqual([6]);
});

test('parts of an epoch, to the nearest step', () => {
  expect(kept({ every: 0.5 }, 4, 8)).toEqual([2, 4, 6, 8]);
  // 2.5 steps: 2.5, 5, 7.5, 10 round to 3, 5, 8, 10.
  expect(kept({ every: 0.5 }, 5, 10)).toEqual([3, 5, 8, 10]);
  // 1.2 steps: 1.2, 2.4, 3.6, 4.8, 6.
  expect(kept({ every: 0.4 }, 3, 6)).toEqual([1, 2, 4, 5, 6]);
  // Finer than a step: all of them.
  expect(kept({ every: 0.1 }, 4, 4)).toEqual([1, 2, 3, 4]);
});

test('an interval of nothing is refused', async () => {
  expect(await failureOf(() => recorder({ every: 0 }))).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID route-recorder.every: got 0
    a number above 0 (default 1)"
  `);
});
