import { expect, test } from 'vitest';
import { about, bar, clock, count, elapsed, scaled, size } from './format.ts';

test('numbers with their units', () => {
  expect([0, 999, 1240.4, 1e6].map(count)).toEqual(['0', '999', '1,240', '1,000,000']);
  expect([0, 38, 725, 3723].map(clock)).toEqual(['0:00', '0:38', '12:05', '1:02:03']);
  expect([23.9, 99, 100, 3599, 6000, 86_400].map(elapsed)).toEqual([
    '23 s',
    '99 s',
    '1:40',
    '59:59',
    '1h40',
    '24 h',
  ]);
  expect([3, 42, 94, 100, 5340, 5400, 7200, 7800, 90_000, 400_000].map(about)).toEqual([
    'a few seconds',
    'about 40 s',
    'about 90 s',
    'about 2 min',
    'about 89 min',
    'about 1 h 30 min',
    'about 2 h',
    'about 2 h 10 min',
    'about 1 day',
    'about 5 days',
  ]);
  expect([0, 12, 86.4e6].map(size)).toEqual(['0 B', '12 B', '86.4 MB']);
  expect([0, 7, 999, 1000, 41_200, 1.8e12, 999_600, 9.996e9].map(scaled)).toEqual([
    '0',
    '7',
    '999',
    '1.00 k',
    '41.2 k',
    '1.80 T',
    '1.00 M',
    '10.0 G',
  ]);
});

test('a bar is full only at the end', () => {
  expect([0, 0.5, 0.999, 1, 2].map((f) => bar(f, 4))).toEqual(['░░░░', '██░░', '███░', '████', '████']);
});
