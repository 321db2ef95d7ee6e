import { MemoryStore } from '@cairn/core';
import { expect, test } from 'vitest';
import { addSpeed, readSpeed, secondsFor } from './speed.ts';

test('a machine is known by the runs that it has finished, for each numerics', async () => {
  const home = new MemoryStore();
  expect(await readSpeed(home, 'a')).toBeUndefined();
  await addSpeed(home, 'a', [
    { multiplyAdds: 100, seconds: 2 },
    { multiplyAdds: 200, seconds: 1 },
  ]);
  expect(await readSpeed(home, 'a')).toBe(100);
  expect(await readSpeed(home, 'b')).toBeUndefined();
  // An hour counts of the past, the rest fades.
  await addSpeed(home, 'b', [{ multiplyAdds: 7200, seconds: 7200 }]);
  await addSpeed(home, 'b', [{ multiplyAdds: 10_800, seconds: 3600 }]);
  expect(await readSpeed(home, 'b')).toBe(2);
  expect(await readSpeed(home, 'a')).toBe(100);
});

test('a file that says nothing is written anew', async () => {
  const home = new MemoryStore();
  await home.write('speed.json', new TextEncoder().encode('{"version":1,"numerics":{"a":{}}}'));
  expect(await readSpeed(home, 'a')).toBeUndefined();
  await home.write('speed.json', new TextEncoder().encode('{'));
  await addSpeed(home, 'a', [{ multiplyAdds: 3, seconds: 1 }]);
  expect(await readSpeed(home, 'a')).toBe(3);
});

test('steps follow each other; within one, the work is shared, but no task is split', () => {
  const teachers = { tasks: [8], processes: 2, threads: 2 };
  const runs = { tasks: [4, 4, 4], processes: 2, threads: 1 };
  expect(secondsFor([teachers, runs], 2)).toBe(2 + 3);
  expect(
    secondsFor(
      [
        { ...teachers, tasks: [] },
        { ...runs, processes: 8 },
      ],
      2,
    ),
  ).toBe(2);
});
