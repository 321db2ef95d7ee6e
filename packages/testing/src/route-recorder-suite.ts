import type { RouteRecorder } from '@cairn/core';
import { describe, expect, test } from 'vitest';
import { eventsOf, keptSteps, type EventsOptions } from './route.ts';

const trainings: readonly EventsOptions[] = [
  { stepsPerEpoch: 1, totalSteps: 1 },
  { stepsPerEpoch: 7, totalSteps: 21, learningRate: (step) => (step <= 10 ? 0.1 : 0.01) },
  { stepsPerEpoch: 4, totalSteps: 30, learningRate: (step) => 0.1 * (1 - step / 31) },
];

/** What holds for every recorder. */
export function testRouteRecorder(name: string, create: () => RouteRecorder): void {
  describe(`route recorder ${name}`, () => {
    test.each(trainings)('keeps the converged teacher of $totalSteps steps', (training) => {
      expect(keptSteps(create(), eventsOf(training)).at(-1)).toBe(training.totalSteps);
    });

    test.each(trainings)('answers by the event alone over $totalSteps steps', (training) => {
      const events = eventsOf(training);
      const recorder = create();
      const forward = keptSteps(recorder, events);
      const backward = keptSteps(recorder, events.toReversed()).toReversed();
      expect(backward).toEqual(forward);
      // A resumed run asks a new instance from the middle on.
      const late = events.slice(Math.floor(events.length / 2));
      const resumed = keptSteps(create(), late);
      expect(resumed).toEqual(forward.filter((step) => step >= (late[0]?.step ?? 0)));
    });
  });
}
