import { expect, test } from 'vitest';
import { allowed } from './boundaries.ts';

test('the table of imports has no cycle', () => {
  const onPath = (type: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(type)) return [...path, type];
    return allowed(type)
      .map((next) => onPath(next, [...path, type]))
      .find((cycle) => cycle !== undefined);
  };
  for (const type of ['experiments', 'app', 'testing']) expect(onPath(type, [])).toBeUndefined();
});

test('a plugin never imports a plugin, in tests neither', () => {
  expect(allowed('plugin')).toEqual(['core', 'nn']);
  expect(allowed('plugin', 'tests')).toEqual(['core', 'nn', 'testing', 'backend']);
});
