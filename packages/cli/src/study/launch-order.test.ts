import type { PlannedRun } from '@cairn/engine';
import { expect, test } from 'vitest';
import { launchOrder } from './launch-order.ts';

const lengths = { a: 3, b: 3, c: 9 };

/** As plans have them: teachers, then seeds, then conditions. */
const planned = ['0/1', '0/2', '0/3', '1/4'].flatMap((student) => {
  const [teacherSeed, seed] = student.split('/').map(Number);
  return Object.entries(lengths).map(
    ([condition, multiplyAdds]) => ({ condition, teacherSeed, seed, multiplyAdds }) as PlannedRun,
  );
});
const order = (workers: number): string =>
  launchOrder(planned, workers)
    .map(({ condition, seed }) => `${condition}${seed}`)
    .join(' ');

test.each([
  [1, 'c1 a1 b1 c2 a2 b2 c3 a3 b3 c4 a4 b4'],
  [2, 'c1 c2 a1 a2 b1 b2 c3 c4 a3 a4 b3 b4'],
  [3, 'c1 c2 c3 a1 a2 a3 b1 b2 b3 c4 a4 b4'],
  [8, 'c1 c2 c3 c4 a1 a2 a3 a4 b1 b2 b3 b4'],
])('%i processes', (workers, expected) => expect(order(workers)).toBe(expected));
