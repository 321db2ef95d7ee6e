import { createPlugin, eventsOf, keptSteps, testRouteRecorder } from '@cairn/testing';
import { expect, test } from 'vitest';
import { geometric, geometricSteps } from './index.ts';

const recorder = (options: Parameters<typeof geometric>[0]) => createPlugin(geometric, geometric(options));

testRouteRecorder('geometric', () => recorder({}));

test('doubles from the first step to the last', () => {
  expect(geometricSteps(10, 80, 4)).toEqual([10, 20, 40, 80]);
  // Ratio 4^(1/2) = 2 from one epoch of ten steps to four.
  const events = eventsOf({ stepsPerEpoch: 10, totalSteps: 40 });
  expect(keptSteps(recorder({ count: 3 }), events)).toEqual([10, 20, 40]);
  expect(keptSteps(recorder({ count: 3, first: 0.4 }), events)).toEqual([4, 13, 40]); // 4·√10 = 12.6
});

test('steps that fall together are kept once', () => {
  // 16^(i/8): 1, 1.41, 2, 2.83, 4, 5.66, 8, 11.3, 16.
  expect(geometricSteps(1, 16, 9)).toEqual([1, 2, 3, 4, 6, 8, 11, 16]);
});

test('a first step outside the training moves into it', () => {
  expect(geometricSteps(0.01, 9, 3)).toEqual([1, 3, 9]);
  expect(geometricSteps(50, 9, 3)).toEqual([9]);
});

test('always ends at the last step, whatever the rounding', () => {
  for (let total = 1; total < 400; total++) expect(geometricSteps(3, total, 7).at(-1)).toBe(total);
});
