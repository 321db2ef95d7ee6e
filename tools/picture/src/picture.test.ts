import { expect, test } from 'vitest';
import { picture, spread } from './picture.ts';
import { linear, roundStep } from './scale.ts';

test('scales and ticks are round', () => {
  const x = linear([0, 40], [0, 400], roundStep(40, 10));
  expect(x.ticks).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40]);
  expect(x(10)).toBe(100);
  expect(roundStep(0.9, 6)).toBeCloseTo(0.2);
});

test('labels keep their order and a distance', () => {
  expect(spread([100, 103, 50])).toEqual([100, 115, 50]);
});

test('a curve ends where its data end, and texts are escaped', () => {
  const svg = picture({
    title: 'A < B',
    teacher: { name: 'teacher', accuracy: 1 },
    curves: [
      {
        name: 'rco',
        points: [
          { epoch: 1, accuracy: 0.25 },
          { epoch: 2, accuracy: 0.5 },
        ],
        switches: [{ epoch: 1, anchor: '3' }],
      },
    ],
  });
  // Epochs 1 and 2 of 2 are the middle and the end of 56…610; accuracy 0.25 and 0.5 of 1 lie in 344…48.
  expect(svg).toContain('<path d="M333.0 270.0L610.0 196.0"');
  expect(svg).toContain('A &#60; B');
  expect(svg.match(/<circle/g)).toHaveLength(1);
});
