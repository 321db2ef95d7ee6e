import type { PlannedRun } from '@cairn/engine';
import { expect, test } from 'vitest';
import { launchOrder } from './launch-order.ts';

/** As plans have them: teachers, then seeds, then conditions. */
const planned = ['0/1', '0/2', '0/3', '1/4'].flatMap((student) => {
  const [teacherSeed, seed] = student.split('/').map(Number);
  return ['a', 'b'].map((condition) => ({ condition, teacherSeed, seed }) as PlannedRun);
});
const order = (workers: number): string =>
  launchOrder(planned, workers)
    .map(({ condition, seed }) => `${condition}${seed}`)
    .join(' ');

test.each([
  [1, 'a1 b1 a2 b2 a3 b3 a4 b4'],
  [2, 'a1 a2 b1 b2 a3 a4 b3 b4'],
  [3, 'a1 a2 a3 b1 b2 b3 a4 b4'],
  [8, 'a1 a2 a3 a4 b1 b2 b3 b4'],
])('%i processes', (workers, expected) => expect(order(workers)).toBe(expected));
