import { schedule as schema, type Schedule } from '@cairn/core';
import { expect, test } from 'vitest';
import { rateFactor } from './schedule.ts';

const span = { stepsPerEpoch: 10, total: 100 };
const factors = (input: object, steps: readonly number[]) => {
  const schedule: Schedule = schema.parse(input);
  return steps.map((s) => Number(rateFactor(schedule, s, span).toFixed(6)));
};

test('step falls when the milestone epoch is done, as RepDistiller does (epoch > 150, 1-based)', () => {
  expect(factors({ name: 'step', at: ['6ep', '8ep'] }, [59, 60, 79, 80, 99])).toEqual([
    1, 0.1, 0.1, 0.01, 0.01,
  ]);
  expect(factors({ name: 'step', at: [{ fraction: 0.5 }], factor: 0.2 }, [49, 50])).toEqual([1, 0.2]);
});

test('cosine starts at 1, is half way in the middle and ends near its floor', () => {
  expect(factors({ name: 'cosine' }, [0, 50, 99])).toEqual([1, 0.5, 0.000247]);
  expect(factors({ name: 'cosine', floor: 0.1 }, [50])).toEqual([0.55]);
});

test('warm restarts begin again, each period growing', () => {
  const input = { name: 'warm-restarts', period: '2ep', growth: 2 };
  expect(factors(input, [0, 10, 20, 40, 60])).toEqual([1, 0.5, 1, 0.5, 1]);
});

test('warm-up is linear and the rule follows after it', () => {
  expect(factors({ name: 'constant', warmup: '1ep' }, [0, 4, 9, 10])).toEqual([0.1, 0.5, 1, 1]);
  expect(factors({ name: 'cosine', warmup: '1ep' }, [9, 10, 55])).toEqual([1, 1, 0.5]);
});
