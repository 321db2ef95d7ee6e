import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RunError } from '@cairn/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireLock, lockOwner } from './lock.ts';
import { thisProcess } from './lock-owner.ts';

const CHILD = fileURLToPath(new URL('fixtures/lock-child.ts', import.meta.url));
const options = { what: 'study test', command: 'cairn run test' };
let folder: string;
let file: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-lock-'));
  file = join(folder, 'lock');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

function start(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [CHILD, file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

/** The child's first line. */
async function says(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no output');
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  return chunk.toString().trim();
}

async function refusal(): Promise<RunError> {
  const error: unknown = await acquireLock(file, options).catch((e: unknown) => e);
  if (!(error instanceof RunError)) throw new Error(`not refused: ${JSON.stringify(error)}`);
  return error;
}

const hide = (error: RunError): string =>
  [error.code, error.message, ...error.fix]
    .join('\n')
    .replaceAll(folder, '<folder>')
    .replace(/process \d+/g, 'process <pid>')
    .replace(/(kill|child) \d+/g, '$1 <pid>')
    .replace(/since \S+/, 'since <time>');

test('a lock is held once, released, and free again', async () => {
  const lock = await acquireLock(file, options);
  expect((await lockOwner(file))?.command).toBe('cairn run test');
  expect((await refusal()).message).toContain(`process ${process.pid}`);
  lock.release();
  expect(readdirSync(folder)).toEqual([]);
  expect(await lockOwner(file)).toBeUndefined();
  (await acquireLock(file, options)).release();
});

test('a living owner is named; when it ends in order, its lock goes with it', async () => {
  const child = start();
  expect(await says(child)).toBe('held');
  expect(hide(await refusal())).toMatchInlineSnapshot(`
    "CAIRN_STUDY_LOCKED
    study test is in use by process <pid> since <time> (child <pid>)
    wait until it ends, or stop it: kill <pid>
    it saves its state; the same command goes on"
  `);
  child.stdin?.end();
  await once(child, 'exit');
  expect(readdirSync(folder)).toEqual([]);
});

test('the lock of a killed owner is replaced', async () => {
  const child = start();
  expect(await says(child)).toBe('held');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(readdirSync(folder)).toEqual(['lock']);
  expect(await lockOwner(file)).toBeUndefined();
  const lock = await acquireLock(file, options);
  expect((await lockOwner(file))?.pid).toBe(process.pid);
  expect(readdirSync(folder)).toEqual(['lock']);
  lock.release();
});

test('a process id used again is not the owner', async () => {
  const owner = { ...thisProcess('an older process'), start: '1' };
  writeFileSync(file, JSON.stringify(owner));
  (await acquireLock(file, options)).release();
});

test('an heir that was killed before it took over has an heir itself', async () => {
  const dead = { ...thisProcess('dead'), boot: 'before' };
  const deadHeir = { ...thisProcess('dead heir'), boot: 'before' };
  writeFileSync(file, JSON.stringify(dead));
  writeFileSync(`${file}.after-${dead.id}`, JSON.stringify(deadHeir));
  const lock = await acquireLock(file, options);
  expect(readdirSync(folder)).toEqual(['lock']);
  expect((await lockOwner(file))?.id).toBe(lock.owner.id);
  lock.release();
});

test('a living heir holds the lock', async () => {
  const dead = { ...thisProcess('dead'), boot: 'before' };
  writeFileSync(file, JSON.stringify(dead));
  writeFileSync(`${file}.after-${dead.id}`, JSON.stringify(thisProcess('heir')));
  expect((await refusal()).message).toContain('(heir)');
});

test('an owner elsewhere is not presumed dead', async () => {
  const since = '2026-01-02T03:04:05.000Z';
  const owner = { ...thisProcess('cairn run test'), host: 'node17', place: 'node17', pid: 99, since };
  writeFileSync(file, JSON.stringify(owner));
  expect(hide(await refusal())).toMatchInlineSnapshot(`
    "CAIRN_STUDY_LOCKED
    study test is locked from another machine or container: node17, process <pid>, since <time> (cairn run test)
    whether it still runs cannot be seen from here
    if it does not: rm <folder>/lock"
  `);
});

test('a lock that says nothing is not removed', async () => {
  writeFileSync(file, '');
  expect(hide(await refusal())).toMatchInlineSnapshot(`
    "CAIRN_STUDY_LOCKED
    <folder>/lock exists and does not say who holds it
    if no cairn runs there, remove the file: rm <folder>/lock"
  `);
});

test('of contenders at the same moment one wins', async () => {
  for (let round = 0; round < 25; round++) {
    const dead = { ...thisProcess('dead'), boot: 'before' };
    const deadHeir = { ...thisProcess('dead heir'), boot: 'before' };
    if (round % 3 > 0) writeFileSync(file, JSON.stringify(dead));
    if (round % 3 > 1) writeFileSync(`${file}.after-${dead.id}`, JSON.stringify(deadHeir));
    const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => acquireLock(file, options)));
    const won = attempts.flatMap((a) => (a.status === 'fulfilled' ? [a.value] : []));
    expect(won).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(['lock']);
    won[0]?.release();
  }
});

test(
  'many contenders for a dead owner: one at a time, and some of them die',
  { timeout: 120_000 },
  async () => {
    writeFileSync(file, JSON.stringify({ ...thisProcess('dead'), boot: 'before' }));
    const journal = join(folder, 'journal');
    const ends: string[] = [];
    for (let round = 0; round < 3; round++) {
      const contenders = Array.from({ length: 4 }, () => start(journal));
      ends.push(...(await Promise.all(contenders.map(says))));
      await Promise.all(contenders.map(async (c) => c.exitCode ?? c.signalCode ?? (await once(c, 'exit'))));
    }
    const lines = readFileSync(journal, 'utf8').trim().split('\n');
    const held = ends.filter((end) => end === 'held').length;
    expect(ends.filter((end) => end !== 'held' && end !== 'CAIRN_STUDY_LOCKED')).toEqual([]);
    expect(held).toBeGreaterThanOrEqual(3);
    expect(lines).toHaveLength(2 * held);
    for (let i = 0; i < lines.length; i += 2) {
      expect(lines[i + 1]).toBe(lines[i]?.replace('in', 'out'));
    }
    expect(readdirSync(folder).filter((name) => name !== 'lock')).toEqual(['journal']);
  },
);
