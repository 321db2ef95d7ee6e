import { expect, test } from 'vitest';
import { formatTime, inSteps, time, type Time } from './time.ts';

const clock = { stepsPerEpoch: 10, total: 40 };

test('a time is a number of epochs, a text, or what it says it is', () => {
  const read: readonly (readonly [unknown, Time])[] = [
    [12, { epochs: 12 }],
    [0.5, { epochs: 0.5 }],
    ['1.5ep', { epochs: 1.5 }],
    ['300st', { steps: 300 }],
    ['0.5dur', { fraction: 0.5 }],
    ['1dur', { fraction: 1 }],
    [{ fraction: 0.25 }, { fraction: 0.25 }],
  ];
  for (const [written, expected] of read) expect(time.parse(written)).toEqual(expected);
});

test.each([
  -1,
  '12',
  '2dur',
  '1.5dur',
  '0.5st',
  '-1ep',
  'ep',
  { steps: 1.5 },
  { fraction: 2 },
  { epochs: -1 },
])('%j is none', (written) => {
  expect(time.safeParse(written).success).toBe(false);
});

test('in steps, to the nearest', () => {
  expect([{ epochs: 1.26 }, { steps: 7 }, { fraction: 0.3 }].map((t) => inSteps(t, clock))).toEqual([
    13, 7, 12,
  ]);
});

test('is shown as it is written', () => {
  for (const text of ['12ep', '0.5ep', '300st', '0.5dur']) expect(formatTime(time.parse(text))).toBe(text);
});
