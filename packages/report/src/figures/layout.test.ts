import { expect, test } from 'vitest';
import { textWidth } from '../render/text-width.ts';
import { contour } from './contours.ts';
import { joined, spreadOut } from './marks.ts';
import { overSeeds } from './over-seeds.ts';
import { placeLabels } from './place-labels.ts';
import { logTicks, project, scaleOf } from './scale.ts';

test('labels of points in a heap cover neither each other nor the points', () => {
  const labels = Array.from({ length: 7 }, (_, i) => ({ x: 100 + 2 * i, y: 80 - i, text: `condition-${i}` }));
  const placed = placeLabels(labels, {
    width: 300,
    height: 200,
    margin: 80,
    fontSize: 11,
    obstacles: labels,
  });
  const boxes = placed.map(
    ({ left, middle, text }) => [left, left + textWidth(text, 11), middle - 5, middle + 5] as const,
  );
  for (const [i, [left, right, top, bottom]] of boxes.entries()) {
    for (const [l, r, t, b] of boxes.slice(i + 1)) {
      expect(Math.min(right, r) - Math.max(left, l) > 0 && Math.min(bottom, b) - Math.max(top, t) > 0).toBe(
        false,
      );
    }
    expect(labels.some(({ x, y }) => x > left && x < right && y > top && y < bottom)).toBe(false);
    expect([left >= 0, right <= 380, top >= 0, bottom <= 200]).toEqual([true, true, true, true]);
  }
});

test('a column keeps its order and its distances', () => {
  expect(spreadOut([10, 50], 12, 100)).toEqual([10, 50]);
  const spread = spreadOut([40, 41, 42, 97, 99], 12, 100);
  spread.slice(1).forEach((y, i) => expect(y - (spread[i] ?? 0)).toBeGreaterThan(11.9));
  expect(Math.max(...spread)).toBeLessThanOrEqual(100.01);
});

test('widths of Helvetica: digits are alike, letters are not', () => {
  expect([textWidth('00', 10), textWidth('il', 10), textWidth('W', 10)]).toEqual([11.12, 4.44, 9.44]);
  expect(textWidth('a', 10, true)).toBeCloseTo(5.56 * 1.06);
});

test('scales: linear and logarithmic, also where nothing varies', () => {
  expect(project({ domain: [0, 10], range: [0, 200], log: false }, 5)).toBe(100);
  expect(project({ domain: [1, 100], range: [0, 200], log: true }, 10)).toBeCloseTo(100);
  expect(scaleOf([3, 3], [0, 1]).domain).toEqual([2.7, 3.3]);
  expect(scaleOf([], [0, 1]).domain).toEqual([-0.04, 1.04]);
  expect(logTicks([0.04, 3])).toEqual([0.1, 0.3, 1, 3]);
  expect(logTicks([6e9, 1.5e11])).toEqual([1e10, 2e10, 5e10, 1e11]);
});

test('a line of equal height through a tilted plane, and around a hill', () => {
  // Height is the column: the line at 0.5 is straight down between the first two.
  const plane = [0, 1, 2, 0, 1, 2, 0, 1, 2];
  expect(contour(plane, 3, 0.5)).toEqual([
    { x1: 0.5, y1: 0, x2: 0.5, y2: 1 },
    { x1: 0.5, y1: 1, x2: 0.5, y2: 2 },
  ]);
  const hill = [0, 0, 0, 0, 1, 0, 0, 0, 0];
  const around = contour(hill, 3, 0.5);
  expect(around).toHaveLength(4);
  around.forEach(({ x1, y1 }) => expect(Math.abs(x1 - 1) + Math.abs(y1 - 1)).toBeCloseTo(0.5));
});

test('means over seeds: several teachers of a seed count once; epochs that some run lacks do not', () => {
  const run = (seed: number, teacherSeed: number, values: readonly number[]) => ({
    condition: 'kd',
    seed,
    teacherSeed,
    series: new Map([['m', values.map((value, i) => ({ epoch: i + 1, value }))]]),
    switches: [],
  });
  const points = overSeeds([run(0, 0, [1, 5]), run(0, 1, [3]), run(1, 0, [4])], 'm');
  // Seed 0: 2, seed 1: 4; t with one degree of freedom is 12.706 times 1.
  expect(points).toEqual([
    {
      epoch: 1,
      value: 3,
      low: expect.closeTo(3 - 12.7062, 3) as number,
      high: expect.closeTo(3 + 12.7062, 3) as number,
    },
  ]);
});

test('names of what is the same', () => {
  const items = [1, 2, 1].map((value, i) => ({ name: `c${i}`, value }));
  expect(joined(items, ({ value }) => String(value)).map(({ text }) => text)).toEqual(['c0, c2', 'c1']);
});
