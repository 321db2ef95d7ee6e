import { type JsonObject, MemoryStore, RunError, type Store } from '@cairn/core';
import { beforeEach, expect, test } from 'vitest';
import { OutputCache } from './output-cache.ts';

let store: MemoryStore;
let notes: string[];
beforeEach(() => {
  store = new MemoryStore('cache');
  notes = [];
});

const cacheOf = (limit: number, files: Store = store): OutputCache =>
  new OutputCache({ store: files, limit, note: (text) => void notes.push(text) });
const key = (n: number): JsonObject => ({ version: 1, n });
const outputs = (n: number, size = 250) => ({
  shape: [size],
  data: Float32Array.from({ length: size }, () => n),
});

/** Which of the keys have an entry. */
async function kept(cache: OutputCache, keys: number): Promise<number[]> {
  const found: number[] = [];
  for (let n = 0; n < keys; n++) if ((await cache.read(key(n))) !== undefined) found.push(n);
  return found;
}

/** Bytes of an entry of 1,000 bytes. */
async function entrySize(): Promise<number> {
  const other = new MemoryStore();
  await cacheOf(1e6, other).write(key(0), outputs(0));
  return (await other.files(''))[0]?.bytes ?? NaN;
}

test('what is written is read, in float32, by its key alone', async () => {
  const cache = cacheOf(1e6);
  await cache.write(key(1), outputs(0.1));
  await cache.write(key(2), { shape: [2, 1], data: Float16Array.of(0.1, -2) });
  expect(await cache.read(key(1))).toEqual(outputs(0.1).data);
  expect(await cache.read(key(2))).toEqual(Float32Array.of(Math.f16round(0.1), -2));
  expect(await cache.read(key(3))).toBeUndefined();
  expect(notes).toEqual([]);
});

test('a damaged file is said and written anew', async () => {
  const cache = cacheOf(1e6);
  await cache.write(key(1), outputs(1));
  const [file = ''] = await store.list('');
  const whole = (await store.read(file)) ?? new Uint8Array();
  for (const bytes of [
    whole.subarray(0, 700),
    whole.map((b, i) => (i === 600 ? b ^ 4 : b)),
    new Uint8Array(),
  ]) {
    notes = [];
    await store.write(file, bytes);
    expect(await cache.read(key(1))).toBeUndefined();
    expect(notes).toEqual([`cached teacher outputs are damaged, computed anew: cache/${file}`]);
  }
  await cache.write(key(1), outputs(1));
  expect(await cache.read(key(1))).toEqual(outputs(1).data);
});

test('the bytes of another key are not taken for its own', async () => {
  const cache = cacheOf(1e6);
  await cache.write(key(1), outputs(1));
  const [file = ''] = await store.list('');
  const bytes = (await store.read(file)) ?? new Uint8Array();
  await cache.write(key(2), outputs(2));
  const other = (await store.list('')).find((name) => name !== file) ?? '';
  await store.write(other, bytes);
  expect(await cache.read(key(2))).toBeUndefined();
});

test('those not used for longest make room', async () => {
  const size = await entrySize();
  const cache = cacheOf(size * 3.2);
  for (const n of [0, 1, 2]) await cache.write(key(n), outputs(n));
  expect(await kept(cache, 3)).toEqual([0, 1, 2]);
  await cache.read(key(0));
  await cache.write(key(3), outputs(3));
  expect(await kept(cache, 4)).toEqual([0, 2, 3]);
  const total = (await store.files('')).reduce((sum, { bytes }) => sum + bytes, 0);
  expect(total).toBeLessThanOrEqual(size * 3.2);
});

test('what can never fit is not kept, removes nothing, and is said once', async () => {
  const cache = cacheOf((await entrySize()) * 1.5);
  await cache.write(key(0), outputs(0));
  expect(cache.accepts(4000)).toBe(false);
  await cache.write(key(1), outputs(1, 1000));
  expect(await kept(cache, 2)).toEqual([0]);
  expect(notes).toEqual([
    expect.stringMatching(/^teacher outputs of an epoch are 0\.004 MB, above .* MB: not cached$/),
  ]);
  expect(cacheOf(1e12).accepts(1.1e9)).toBe(false);
  expect(notes[1]).toBe('teacher outputs of an epoch are 1100 MB, above 1000 MB: not cached');
});

test('a limit of 0 is no cache', async () => {
  await cacheOf(1e6).write(key(0), outputs(0));
  const off = cacheOf(0);
  expect(await off.read(key(0))).toBeUndefined();
  await off.write(key(1), outputs(1));
  expect(await store.list('')).toHaveLength(1);
});

test('an entry that another process removes meanwhile is computed, not missed', async () => {
  const size = await entrySize();
  const [one, two] = [cacheOf(size * 1.2), cacheOf(size * 1.2)];
  await one.write(key(0), outputs(0));
  const inUse = await one.read(key(0));
  await two.write(key(1), outputs(1));
  expect(inUse).toEqual(outputs(0).data);
  expect(await one.read(key(0))).toBeUndefined();
  expect(notes).toEqual([]);
});

/** A folder of which one thing cannot be done. */
function broken(action: 'read' | 'write' | 'files' | 'remove' | 'touch'): Store {
  const fail = () => Promise.reject(new RunError('CAIRN_FILE_NO_SPACE', `cannot ${action} /x: ENOSPC`));
  return new Proxy(store, {
    get: (target, name) => {
      if (name === action) return fail;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}

test.each(['read', 'write', 'files', 'touch'] as const)(
  'a folder that refuses to %s: said once',
  async (action) => {
    await cacheOf(1e6).write(key(0), outputs(0));
    const cache = cacheOf(1e6, broken(action));
    for (const n of [0, 1, 2]) {
      await cache.read(key(n));
      await cache.write(key(n), outputs(n));
    }
    expect(notes).toEqual([`goes on without the cache of teacher outputs: cannot ${action} /x: ENOSPC`]);
    expect(cache.accepts(1)).toBe(false);
  },
);
