import { expect, test } from 'vitest';
import { classChanges } from './class-changes.ts';
import { reliability } from './reliability.ts';
import { tQuantile } from './student-t.ts';

test('bins of equal mass, by hand', () => {
  const bins = reliability(
    {
      labels: Int32Array.of(0, 1, 2, 0),
      predicted: Int32Array.of(0, 0, 2, 0),
      confidence: Float32Array.of(0.9, 0.5, 0.7, 0.3),
    },
    2,
  );
  // By confidence: 0.3 right, 0.5 wrong | 0.7 right, 0.9 right.
  expect(bins).toEqual([
    { confidence: expect.closeTo(0.4, 6) as number, accuracy: 0.5, n: 2 },
    { confidence: expect.closeTo(0.8, 6) as number, accuracy: 1, n: 2 },
  ]);
});

test('more bins than samples: the empty ones are left out; other lengths are refused', () => {
  const one = { labels: Int32Array.of(1), predicted: Int32Array.of(1), confidence: Float32Array.of(0.5) };
  expect(reliability(one, 10)).toEqual([{ confidence: 0.5, accuracy: 1, n: 1 }]);
  expect(() => reliability({ ...one, labels: Int32Array.of(1, 2) }, 2)).toThrow(
    '1 predictions, 2 labels, 1 confidences; of the same samples',
  );
});

const labels = Int32Array.of(0, 0, 0, 1, 1);
const run = (seed: number, right: string, teacherSeed?: number) => ({
  seed,
  labels,
  predicted: labels.map((label, i) => (right[i] === '1' ? label : 9)),
  ...(teacherSeed === undefined ? {} : { teacherSeed }),
});

test('changes by class: paired by seed, intervals over images', () => {
  const changes = classChanges(
    [run(0, '11110'), run(1, '11010')],
    [run(1, '10010'), run(0, '10011')],
    (label) => label,
  );
  // Class 0, per image: 0, 1, (1 + 0)/2: mean 1/2, sd 1/2. Class 1: 0 and (−1 + 0)/2.
  expect(changes).toEqual([
    {
      group: 0,
      images: 3,
      own: expect.closeTo(5 / 6) as number,
      theirs: expect.closeTo(1 / 3) as number,
      difference: expect.closeTo(0.5) as number,
      halfWidth: expect.closeTo((tQuantile(0.975, 2) * 0.5) / Math.sqrt(3)) as number,
    },
    {
      group: 1,
      images: 2,
      own: 0.5,
      theirs: 0.75,
      difference: -0.25,
      halfWidth: expect.closeTo(tQuantile(0.975, 1) / 4) as number,
    },
  ]);
});

test('by superclass; a run without a teacher is paired by its seed; without a pair there is nothing', () => {
  const [all] = classChanges([run(0, '11111', 3)], [run(0, '00000')], () => 0) ?? [];
  expect(all).toMatchObject({ group: 0, images: 5, difference: 1, halfWidth: 0 });
  expect(classChanges([run(0, '11111', 3)], [run(0, '00000', 4)], () => 0)).toBeUndefined();
});
