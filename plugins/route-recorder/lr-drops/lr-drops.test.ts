import { createPlugin, eventsOf, failureOf, keptSteps, testRouteRecorder } from '@cairn/testing';
import { expect, test } from 'vitest';
import { lrDrops } from './index.ts';

const recorder = (factor?: number) => createPlugin(lrDrops, lrDrops(factor === undefined ? {} : { factor }));

testRouteRecorder('lr-drops', () => recorder());

test('the last state of each plateau of a step schedule', () => {
  const learningRate = (step: number) => (step <= 6 ? 0.1 : step <= 9 ? 0.01 : 0.001);
  expect(keptSteps(recorder(), eventsOf({ stepsPerEpoch: 3, totalSteps: 12, learningRate }))).toEqual([
    6, 9, 12,
  ]);
});

test('a halving is a drop by default, a smaller fall where the factor says so', () => {
  const halving = (step: number) => 0.4 * 0.5 ** Math.floor((step - 1) / 4);
  expect(
    keptSteps(recorder(), eventsOf({ stepsPerEpoch: 4, totalSteps: 12, learningRate: halving })),
  ).toEqual([4, 8, 12]);
  const gentle = (step: number) => (step <= 5 ? 1 : 0.8);
  const events = eventsOf({ stepsPerEpoch: 4, totalSteps: 8, learningRate: gentle });
  expect(keptSteps(recorder(), events)).toEqual([8]);
  expect(keptSteps(recorder(0.9), events)).toEqual([5, 8]);
});

test('a warm-up, a restart and a constant rate are no drops', () => {
  const learningRate = (step: number) => (step <= 3 ? step / 30 : step <= 6 ? 0.1 : 0.5);
  expect(keptSteps(recorder(), eventsOf({ stepsPerEpoch: 3, totalSteps: 9, learningRate }))).toEqual([9]);
});

// The README says so: rates of the last updates go 9 : 4 : 1 (squares of what is left).
test('a cosine falls by more than half in its last two steps', () => {
  const learningRate = (step: number) => (1 + Math.cos((Math.PI * (step - 1)) / 100)) / 2;
  expect(keptSteps(recorder(), eventsOf({ stepsPerEpoch: 10, totalSteps: 100, learningRate }))).toEqual([
    98, 99, 100,
  ]);
});

test('a factor of 1 is refused', async () => {
  expect(await failureOf(() => recorder(1))).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID route-recorder.factor: got 1
    a number above 0 and below 1 (default 0.5)"
  `);
});
