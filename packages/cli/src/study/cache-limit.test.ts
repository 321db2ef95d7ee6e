import { CairnError } from '@cairn/core';
import { expect, test } from 'vitest';
import { parseSize } from '../args/size.ts';
import { cacheLimit } from './cache-limit.ts';

test.each<[string, number | undefined]>([
  ['4GB', 4e9],
  ['500 mb', 5e8],
  ['1.5T', 1.5e12],
  ['0', 0],
  ['0GB', 0],
  ['4', undefined],
  ['-1GB', undefined],
  ['4 pages', undefined],
  ['', undefined],
])('a size of %j', (text, bytes) => expect(parseSize(text)).toBe(bytes));

test('the flag before the environment before 4 GB', () => {
  const env = { CAIRN_CACHE_LIMIT: '1GB' };
  expect(cacheLimit({ env }, 0)).toBe(0);
  expect(cacheLimit({ env })).toBe(1e9);
  expect(cacheLimit({ env: {} })).toBe(4e9);
  const wrong = () => cacheLimit({ env: { CAIRN_CACHE_LIMIT: 'much' } });
  expect(wrong).toThrow(CairnError);
  expect(wrong).toThrowErrorMatchingInlineSnapshot(`[UsageError: CAIRN_CACHE_LIMIT: got "much"]`);
});
