/**
 * An owner lock: a file that says which process holds a folder. The lock of a dead owner is replaced; of one
 * that cannot be judged from here (another machine or container) it is not.
 *
 * Taking over is safe with any number of contenders: a dead owner D has one heir, whoever first creates
 * `<lock>.after-<D>`; the heir moves that file over the lock. Should the heir die before, it is itself a dead
 * owner with one heir, and so on. A file is created whole (written aside, then linked), so nobody reads half.
 */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { link, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { RunError } from '@cairn/core';
import { fileError, systemCode } from './file-error.ts';
import { judgeOwner, type LockOwner, readOwner, readOwnerNow, thisProcess } from './lock-owner.ts';

export interface LockOptions {
  /** What is locked, for the message: `study cifar100-rco`. */
  readonly what: string;
  /** What the owner runs, for others to read. */
  readonly command: string;
}

/** A lock that this process holds. */
export interface OwnerLock {
  readonly owner: LockOwner;
  /** Removes the lock. Also done when the process exits. */
  release(): void;
}

/**
 * Takes the lock.
 * @throws CAIRN_STUDY_LOCKED where another owner lives, or may live
 */
export async function acquireLock(file: string, options: LockOptions): Promise<OwnerLock> {
  const path = resolve(file);
  const owner = thisProcess(options.command);
  try {
    await mkdir(dirname(path), { recursive: true });
    for (;;) {
      const holders = await chainOf(path);
      const last = holders.at(-1);
      if (last !== undefined && judgeOwner(last) !== 'dead') throw locked(path, options.what, last);
      if (await succeed(path, owner, holders)) return held(path, owner);
    }
  } catch (error) {
    throw error instanceof RunError ? error : fileError('lock', path, error);
  }
}

/** Who holds the lock: undefined where nobody does, or a process that is dead. */
export async function lockOwner(file: string): Promise<LockOwner | undefined> {
  const last = (await chainOf(resolve(file))).at(-1);
  return last === undefined || judgeOwner(last) === 'dead' ? undefined : last;
}

/** The owner that the lock file names, its heir, the heir's heir, … */
async function chainOf(path: string): Promise<LockOwner[]> {
  const chain: LockOwner[] = [];
  for (let next = await readOwner(path); next !== undefined;) {
    chain.push(next);
    next = await readOwner(heirFile(path, next));
  }
  return chain;
}

function heirFile(path: string, owner: LockOwner): string {
  return `${path}.after-${owner.id}`;
}

/** Tries to become the owner after these. False where somebody was faster: look again. */
async function succeed(path: string, owner: LockOwner, dead: readonly LockOwner[]): Promise<boolean> {
  const last = dead.at(-1);
  const mine = last === undefined ? path : heirFile(path, last);
  if (!(await createWhole(mine, `${JSON.stringify(owner, undefined, 2)}\n`))) return false;
  if (last === undefined) return true;
  // Between reading and creating, an heir may have moved over the lock: then this file is no claim.
  const now = await chainOf(path);
  const expected = [...dead, owner];
  if (now.length !== expected.length || now.some((o, i) => o.id !== expected[i]?.id)) {
    await rm(mine, { force: true });
    return false;
  }
  await rename(mine, path);
  for (const o of dead) await rm(heirFile(path, o), { force: true });
  return true;
}

/** Creates a file with its text in it. False where there is one. */
async function createWhole(file: string, text: string): Promise<boolean> {
  const aside = `${file}.${randomUUID()}.new`;
  try {
    await writeFile(aside, text, { flag: 'wx', flush: true });
    await link(aside, file);
    return true;
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (code === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)) throw error;
    return await createPlain(file, text); // a file system without hard links
  } finally {
    await rm(aside, { force: true });
  }
}

async function createPlain(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx', flush: true });
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function held(path: string, owner: LockOwner): OwnerLock {
  const release = (): void => {
    process.removeListener('exit', release);
    const current = readOwnerNow(path);
    if (current !== undefined && current !== 'damaged' && current.id === owner.id)
      rmSync(path, { force: true });
  };
  process.once('exit', release);
  return { owner, release };
}

function locked(path: string, what: string, owner: LockOwner): RunError {
  if (judgeOwner(owner) === 'elsewhere') {
    const message =
      `${what} is locked from another machine or container: ${owner.host}, process ${owner.pid}, ` +
      `since ${owner.since} (${owner.command})`;
    const fix = ['whether it still runs cannot be seen from here', `if it does not: rm ${path}`];
    return new RunError('CAIRN_STUDY_LOCKED', message, { fix });
  }
  const message = `${what} is in use by process ${owner.pid} since ${owner.since} (${owner.command})`;
  const fix = [
    `wait until it ends, or stop it: kill ${owner.pid}`,
    'it saves its state; the same command goes on',
  ];
  return new RunError('CAIRN_STUDY_LOCKED', message, { fix });
}
