import type { RouteEvent, RouteRecorder } from '@cairn/core';
import { expect, test } from 'vitest';
import { brokenChecks } from './checks.ts';
import { routeRecorderChecks } from './route-recorder-suite.ts';

const LAST = 'keeps the converged teacher';
const EVENT = 'answers by the event alone';

const isLast = ({ step, totalSteps }: RouteEvent): boolean => step === totalSteps;
const sound: RouteRecorder['keep'] = (event) => isLast(event) || event.step % event.stepsPerEpoch === 0;

test('one that keeps the contract breaks nothing', async () => {
  expect(await brokenChecks(routeRecorderChecks(() => ({ keep: sound })))).toEqual([]);
});

const broken: readonly (readonly [string, () => RouteRecorder, string])[] = [
  ['keeps nothing', () => ({ keep: () => false }), LAST],
  [
    'forgets an end in mid-epoch',
    () => ({ keep: ({ step, stepsPerEpoch }) => step % stepsPerEpoch === 0 }),
    LAST,
  ],
  [
    'counts its events',
    () => {
      let n = 0;
      return { keep: (event) => isLast(event) || n++ % 4 === 0 };
    },
    EVENT,
  ],
  [
    'remembers the rate before',
    () => {
      let before: number | undefined;
      return {
        keep: (event) => {
          const changed = before !== undefined && before !== event.learningRate;
          before = event.learningRate;
          return isLast(event) || changed;
        },
      };
    },
    EVENT,
  ],
  [
    'keeps the first that it sees',
    () => {
      let seen = false;
      return { keep: (event) => isLast(event) || (!seen && (seen = true)) };
    },
    EVENT,
  ],
  ['draws', () => ({ keep: (event) => isLast(event) || Math.random() < 0.5 }), EVENT],
  ['writes its events', () => ({ keep: (event) => ((event as { step: number }).step = 0) === 0 }), EVENT],
];
test.each(broken)('one that %s is found', async (_, create, check) => {
  expect(await brokenChecks(routeRecorderChecks(create))).toContain(check);
});
