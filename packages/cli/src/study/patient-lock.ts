import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { RunError } from '@cairn/core';
import { acquireLock, lockOwner, type LockOptions, type OwnerLock } from '../files/index.ts';

const LOOK_AGAIN_MS = 200;

/**
 * Takes a task's lock, after whoever holds it: another study that trains the same teacher, or a worker whose study
 * was killed and that is saving its state.
 * @param waiting told once, where there is somebody to wait for
 * @param signal ends the waiting; the result is then undefined
 * @throws CAIRN_STUDY_LOCKED for an owner on another machine, whose end could not be seen from here
 */
export async function patientLock(
  file: string,
  options: LockOptions,
  waiting: (pid: number) => void,
  signal: AbortSignal,
): Promise<OwnerLock | undefined> {
  let told = false;
  while (!signal.aborted) {
    try {
      return await acquireLock(file, options);
    } catch (error) {
      if (!(error instanceof RunError) || error.code !== 'CAIRN_STUDY_LOCKED') throw error;
      const owner = await lockOwner(file);
      if (owner !== undefined && owner.host !== hostname()) throw error;
      if (owner !== undefined && !told) waiting(owner.pid);
      told ||= owner !== undefined;
    }
    await setTimeout(LOOK_AGAIN_MS);
  }
  return undefined;
}
