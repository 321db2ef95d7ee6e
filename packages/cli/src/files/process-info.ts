/** What tells one process from another: ids are used again, so a start time goes with them where there is one. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemCode } from './file-error.ts';

/** Where process ids have a meaning: machine and process namespace (a container has its own). */
export function processPlace(): string {
  const parts = [hostname(), textOf('/etc/machine-id'), linkOf('/proc/self/ns/pid')];
  return parts.filter((part) => part !== undefined).join(' ');
}

/** Changes when the machine starts; undefined where the system does not say. */
export function bootId(): string | undefined {
  return textOf('/proc/sys/kernel/random/boot_id');
}

/** Clock ticks from boot to the start of a process; undefined where the system does not say. */
export function processStart(pid: number): string | undefined {
  return statOf(pid)?.[19];
}

/** Whether there is such a process. One that has ended and waits for its parent to look is dead. */
export function processLives(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return false;
    if (systemCode(error) !== 'EPERM') throw error; // EPERM: it lives and is another user's
  }
  const state = statOf(pid)?.[0];
  return state !== 'Z' && state !== 'X';
}

/** Fields of /proc/<pid>/stat from the third on; the second, the program's name, may hold anything. */
function statOf(pid: number): string[] | undefined {
  const text = textOf(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}

function textOf(path: string): string | undefined {
  return unlessAbsent(() => readFileSync(path, 'utf8').trim());
}

function linkOf(path: string): string | undefined {
  return unlessAbsent(() => readlinkSync(path));
}

/** Not every system has these files, and some hide them. */
function unlessAbsent(read: () => string): string | undefined {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'EACCES', 'EPERM', 'ESRCH', 'ENOTDIR', 'UNKNOWN'].includes(systemCode(error) ?? ''))
      return undefined;
    throw error;
  }
}
