/** Ctrl-C and its kin, turned into one signal. The second one ends the process at once. */
import { fstatSync } from 'node:fs';

export interface Interruption {
  readonly signal: AbortSignal;
  /** Takes the handlers away. */
  readonly stop: () => void;
}

/**
 * SIGINT and SIGTERM mean the same, since Nx turns the first into the second.
 * @param worker also stop when standard input closes, where it is a pipe that the parent holds while it lives
 */
export function interruption(worker: boolean): Interruption {
  const controller = new AbortController();
  let asked = 0;
  const ask = (): void => {
    asked++;
    if (asked > 1) process.exit(130);
    controller.abort();
  };
  const orphaned = (): void => controller.abort();
  const nothing = (): void => undefined;
  process.on('SIGINT', ask).on('SIGTERM', ask);
  // Under Nx a killed parent closes no pipe: watch for being handed to another one.
  const parent = process.ppid;
  const watched = process.env['NX_TASK_TARGET_PROJECT'] !== undefined;
  const timer = watched ? setInterval(() => process.ppid !== parent && orphaned(), 2000) : undefined;
  timer?.unref();
  const holdsPipe = worker && isPipe(0);
  if (holdsPipe) process.stdin.on('end', orphaned).on('error', orphaned).on('data', nothing).unref?.();
  return {
    signal: controller.signal,
    stop: () => {
      process.off('SIGINT', ask).off('SIGTERM', ask);
      clearInterval(timer);
      if (holdsPipe) process.stdin.off('end', orphaned).off('error', orphaned).off('data', nothing).pause();
    },
  };
}

/** A cluster gives its jobs an empty file, which has ended from the start and says nothing of a parent. */
function isPipe(descriptor: number): boolean {
  const found = fstatSync(descriptor);
  return found.isFIFO() || found.isSocket();
}
