import type { RouteRecorder } from '@cairn/core';
import { expect } from 'vitest';
import { frozen, testChecks, type Check } from './checks.ts';
import { eventsOf, keptSteps, type EventsOptions } from './route.ts';

const trainings: readonly EventsOptions[] = [
  { stepsPerEpoch: 1, totalSteps: 1 },
  { stepsPerEpoch: 7, totalSteps: 21, learningRate: (step) => (step <= 10 ? 0.1 : 0.01) },
  { stepsPerEpoch: 4, totalSteps: 30, learningRate: (step) => 0.1 * (1 - step / 31) },
];

/** What holds for every recorder. */
export function testRouteRecorder(name: string, create: () => RouteRecorder): void {
  testChecks(`route recorder ${name}`, routeRecorderChecks(create));
}

/** The checks of `testRouteRecorder`. */
export function routeRecorderChecks(create: () => RouteRecorder): readonly Check[] {
  return trainings.flatMap((training) => {
    const events = frozen(eventsOf(training));
    const on = `${training.totalSteps} steps`;
    return [
      {
        name: 'keeps the converged teacher',
        on,
        run: () => expect(keptSteps(create(), events).at(-1)).toBe(training.totalSteps),
      },
      {
        name: 'answers by the event alone',
        on,
        run: () => {
          const recorder = create();
          const forward = keptSteps(recorder, events);
          const backward = keptSteps(recorder, events.toReversed()).toReversed();
          expect(backward).toEqual(forward);
          // A run may be resumed before any step: a new instance is asked from there on.
          for (const from of events.keys()) {
            expect(keptSteps(create(), events.slice(from))).toEqual(forward.filter((step) => step >= from));
          }
        },
      },
    ];
  });
}
