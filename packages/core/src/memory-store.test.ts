import { expect, test } from 'vitest';
import { MemoryStore } from './memory-store.ts';

const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : new TextDecoder().decode(bytes);

test('files of a folder are shared with the store below it', async () => {
  const store = new MemoryStore();
  const below = store.at('runs/a');
  await below.append('journal', 'one\n');
  await below.append('journal', 'zwei ü\n');
  await store.write('runs/ab', Uint8Array.of(1));
  expect(below.location).toBe('memory/runs/a');
  expect(text(await store.read('runs/a/journal'))).toBe('one\nzwei ü\n');
  expect(await store.list('')).toEqual(['runs']);
  expect(await store.list('runs')).toEqual(['a', 'ab']);
  expect(await below.list('')).toEqual(['journal']);
  await store.remove('runs/a');
  expect(await store.list('runs')).toEqual(['ab']);
  expect(await below.read('journal')).toBeUndefined();
});

test('bytes are copied in and out', async () => {
  const store = new MemoryStore();
  const bytes = Uint8Array.of(1, 2);
  await store.write('a', bytes);
  bytes[0] = 9;
  const read = await store.read('a');
  read?.fill(7);
  expect(await store.read('a')).toEqual(Uint8Array.of(1, 2));
});

test('files of a folder have a size and a time of last use', async () => {
  const store = new MemoryStore();
  await store.write('cache/a', Uint8Array.of(1, 2));
  await store.write('cache/b', Uint8Array.of(1));
  await store.write('cache/below/c', Uint8Array.of(1));
  const before = await store.files('cache');
  expect(before.map(({ name, bytes }) => [name, bytes])).toEqual([
    ['a', 2],
    ['b', 1],
  ]);
  await store.touch('cache/a');
  await store.touch('cache/none');
  const [a, b] = await store.files('cache');
  expect(a?.used).toBeGreaterThan(b?.used ?? NaN);
  expect(await store.files('none')).toEqual([]);
});
