import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { RunError } from '@cairn/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileError } from './file-error.ts';
import { NodeStore } from './node-store.ts';

const CHILD = fileURLToPath(new URL('fixtures/write-child.ts', import.meta.url));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array | undefined): string | undefined =>
  data === undefined ? undefined : new TextDecoder().decode(data);
let folder: string;
let store: NodeStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-store-'));
  store = new NodeStore(join(folder, 'home'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function failure(action: Promise<unknown>): Promise<string> {
  const error: unknown = await action.catch((e: unknown) => e);
  if (!(error instanceof RunError)) throw new Error(`no RunError: ${String(error)}`);
  return [error.code, error.message, ...error.fix].join('\n').replaceAll(folder, '<folder>');
}

test('writes, reads, lists and removes; absent files are undefined', async () => {
  expect(await store.read('a/b.bin')).toBeUndefined();
  expect(await store.list('a')).toEqual([]);
  await store.write('a/b.bin', bytes('one'));
  await store.write('a/b.bin', bytes('two'));
  await store.write('a/c/d.bin', bytes('three'));
  expect(text(await store.read('a/b.bin'))).toBe('two');
  expect(await store.list('a')).toEqual(['b.bin', 'c']);
  expect(await store.list('')).toEqual(['a']);
  expect(text(await store.at('a/c').read('d.bin'))).toBe('three');
  await store.remove('a/c');
  await store.remove('never/there');
  expect(await store.list('a')).toEqual(['b.bin']);
  expect(existsSync(join(folder, 'home', 'never'))).toBe(false);
});

test('files of a folder have a size and a time of last use', async () => {
  await store.write('cache/a', bytes('one'));
  await store.write('cache/b', bytes('three'));
  await store.write('cache/below/c', bytes('four'));
  const hourAgo = new Date(Date.now() - 3_600_000);
  for (const name of ['a', 'b']) utimesSync(join(store.location, 'cache', name), hourAgo, hourAgo);
  await store.touch('cache/a');
  await store.touch('cache/none');
  const files = await store.files('cache');
  expect(files.map(({ name, bytes: size }) => [name, size])).toEqual([
    ['a', 3],
    ['b', 5],
  ]);
  const [a, b] = files.map(({ used }) => used);
  expect(Math.abs((b ?? NaN) - hourAgo.getTime())).toBeLessThan(10);
  expect((a ?? NaN) - (b ?? NaN)).toBeGreaterThan(3_590_000);
  expect(await store.files('none')).toEqual([]);
});

test('appends lines, with and without sync', async () => {
  await store.append('runs/journal.jsonl', 'one\n');
  await store.append('runs/journal.jsonl', 'zwei ü\nthree\n', true);
  expect(text(await store.read('runs/journal.jsonl'))).toBe('one\nzwei ü\nthree\n');
});

test('a writer killed at any moment leaves a whole file, and the next writer its rubbish', async () => {
  for (let round = 0; round < 3; round++) {
    const child = spawn(process.execPath, [CHILD, store.location], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    await setTimeout(30 + 17 * round);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const state = await store.read('deep/state');
    if (state !== undefined) {
      expect(state.length).toBe(200_000);
      expect(new Set(state).size).toBe(1);
    }
  }
  await store.write('deep/state', bytes('end'));
  expect(readdirSync(join(store.location, 'deep'))).toEqual(['state']);
});

test("another machine's temporary file stays and is not listed", async () => {
  await store.write('state', bytes('1'));
  writeFileSync(join(store.location, '.state.elsewhere.99999999-0.tmp'), 'x');
  await store.write('state', bytes('2'));
  expect(readdirSync(store.location)).toEqual(['.state.elsewhere.99999999-0.tmp', 'state']);
  expect(await store.list('')).toEqual(['state']);
});

test('a path out of the folder is refused', async () => {
  expect(await failure(store.write('../escape', bytes('x')))).toMatchInlineSnapshot(`
    "CAIRN_FILE_PATH
    path in <folder>/home: got "../escape"
    a relative path with "/" and without "..""
  `);
  for (const path of ['/abs', 'a/../../b', 'a\\b', 'c:/x', '..']) {
    expect(await failure(store.read(path))).toContain('CAIRN_FILE_PATH');
  }
});

test('failures carry the path and a fix', async () => {
  mkdirSync(store.location);
  writeFileSync(join(store.location, 'plain'), 'x');
  expect(await failure(store.write('plain/below', bytes('x')))).toMatchInlineSnapshot(`
    "CAIRN_FILE_FAILED
    cannot write <folder>/home/plain/below: EEXIST
    check that the disk is there and that no file stands where a folder is needed"
  `);
  const enospc = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  const error = fileError('write', '/disk/file', enospc);
  expect([error.code, error.message, ...error.fix].join('\n')).toMatchInlineSnapshot(`
    "CAIRN_FILE_NO_SPACE
    cannot write /disk/file: ENOSPC
    the disk or the quota is full: make room, or set CAIRN_HOME to another disk"
  `);
  expect(error.cause).toBe(enospc);
});

/** Root may write anywhere: as root, the work is done by a user that may not. */
async function unprivileged<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  const nobody = 65_534;
  for (const path of [folder, store.location]) chownSync(path, nobody, nobody);
  process.seteuid?.(nobody);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

test('a forbidden folder is named', async () => {
  mkdirSync(store.location);
  writeFileSync(join(store.location, 'secret'), 'x', { mode: 0o000 });
  chmodSync(store.location, 0o500);
  await unprivileged(async () => {
    expect(await failure(store.write('x', bytes('x')))).toMatchInlineSnapshot(`
      "CAIRN_FILE_PERMISSION
      cannot write <folder>/home/x: EACCES
      let this user write it, or set CAIRN_HOME to a folder of its own"
    `);
    expect(await failure(store.append('x', 'x\n'))).toContain('CAIRN_FILE_PERMISSION');
    expect(await failure(store.read('secret'))).toContain('CAIRN_FILE_PERMISSION');
  });
  chmodSync(store.location, 0o700);
});

test.skipIf(!existsSync('/dev/full'))('a full disk is named', async () => {
  expect(statSync('/dev/full').isCharacterDevice()).toBe(true);
  const device = new NodeStore('/dev');
  expect(await failure(device.append('full', 'a line\n'))).toMatchInlineSnapshot(`
    "CAIRN_FILE_NO_SPACE
    cannot append to /dev/full: ENOSPC
    the disk or the quota is full: make room, or set CAIRN_HOME to another disk"
  `);
});
