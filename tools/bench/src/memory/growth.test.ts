import { expect, test } from 'vitest';
import { growth } from './growth.ts';

test('what goes up and down has not grown, what climbs has', () => {
  expect(growth([5, 7, 5, 7, 5, 7, 5, 7, 5])).toBe(0);
  expect(growth([1, 2, 3, 4, 5, 6, 7, 8, 9])).toBe(6);
  expect(growth([9, 8, 7])).toBe(0);
  expect(growth([4])).toBe(0);
});
