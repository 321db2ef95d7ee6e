import { createPlugin, eventsOf, failureOf, keptSteps, testRouteRecorder } from '@cairn/testing';
import { expect, test } from 'vitest';
import { all } from './index.ts';

testRouteRecorder('all', () => createPlugin(all, all()));

test('every epoch from the initial state to the end of a broken one', () => {
  const events = eventsOf({ stepsPerEpoch: 3, totalSteps: 8 });
  expect(keptSteps(createPlugin(all, all()), events)).toEqual([0, 3, 6, 8]);
});

test('every step', () => {
  const events = eventsOf({ stepsPerEpoch: 3, totalSteps: 4 });
  expect(keptSteps(createPlugin(all, all({ each: 'step' })), events)).toEqual([0, 1, 2, 3, 4]);
});

test('another word is refused with the choices', async () => {
  const data = { kind: 'route-recorder', id: 'all', options: { each: 'batch' } } as const;
  expect(await failureOf(() => createPlugin(all, data))).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID route-recorder.each: got "batch"
    one of epoch, step (default "epoch")"
  `);
});
