import type { Plan } from '@cairn/engine';
import { expect, test } from 'vitest';
import { cacheLine, teacherShare, type PlannedCache } from './planned-cache.ts';

const run = (id: string, multiplyAdds: number) =>
  ({ id, guide: { forward: 1, multiplyAdds, outputs: {} } }) as unknown as Plan['runs'][number];
const [first, second] = [run('kd-t0-s0', 4e9), run('kd-long-t0-s0', 16e9)];
const plan = { runs: [first, second] } as unknown as Plan;
const cache = (changes: Partial<PlannedCache> = {}): PlannedCache => ({
  limit: 4e9,
  bytes: 20e6,
  saved: new Map([
    ['kd-t0-s0', 0],
    ['kd-long-t0-s0', 3e9],
  ]),
  ...changes,
});

test('what a run costs with and without its teacher', () => {
  expect(teacherShare(first, cache())).toBe('');
  expect(teacherShare(second, cache())).toBe(' (teacher 16.0 G, 13.0 G with the cache)');
});

test('what the cache does for a study', () => {
  expect(cacheLine(plan, cache())).toMatchInlineSnapshot(
    `"cache  20.0 MB of teacher outputs save 3.00 G of the teachers' 20.0 G multiply-adds (15 %)"`,
  );
  expect(cacheLine(plan, cache(), 250)).toMatchInlineSnapshot(
    `"cache  20.0 MB of teacher outputs save 3.00 G of the teachers' 20.0 G multiply-adds (15 %), about 4 min"`,
  );
  expect(cacheLine(plan, cache({ bytes: 13e9 }))).toMatchInlineSnapshot(
    `"cache  13.0 GB of teacher outputs save 3.00 G of the teachers' 20.0 G multiply-adds (15 %); at most 4.00 GB are kept, so it saves less (--cache-limit)"`,
  );
  expect(cacheLine(plan, cache({ limit: 0, bytes: 0, saved: new Map() }))).toMatchInlineSnapshot(
    `"cache  off"`,
  );
  expect(cacheLine(plan, cache({ bytes: 0, saved: new Map([['kd-t0-s0', 0]]) }))).toMatchInlineSnapshot(
    `"cache  no teacher output is asked for twice"`,
  );
});
