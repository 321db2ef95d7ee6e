/**
 * Tasks as child processes, at most `workers` at a time. Each child leads a process group of its own, so that
 * Ctrl-C in the terminal reaches it once, through us; its standard input is a pipe that closes when we die.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { LaunchContext, Launcher, RunTask, TaskEnd } from '@cairn/core';
import { nextTask } from './order.ts';

export interface LocalOptions {
  /** Seconds between asking a task to stop and killing it. */
  readonly grace: number;
}

export class LocalLauncher implements Launcher {
  readonly #options: LocalOptions;

  constructor(options: LocalOptions) {
    this.#options = options;
  }

  /**
   * Starts tasks in the order of the list as soon as a worker is free and what they follow ended well. After an
   * abort nothing is started; what never ran is missing from the result.
   * @throws CAIRN_PLUGIN_LAUNCHER for a task that follows an unknown one or, round a circle, itself
   */
  async run(tasks: readonly RunTask[], context: LaunchContext): Promise<readonly TaskEnd[]> {
    const ends = new Map<string, TaskEnd>();
    const running = new Map<string, Promise<void>>();
    const kills = new Set<() => void>();
    const killAll = (): void => kills.forEach((kill) => kill());
    const end = (result: TaskEnd): void => {
      ends.set(result.id, result);
      context.ended(result);
    };
    const start = ({ id }: RunTask, exitCode: Promise<number>): void => {
      const done = exitCode.then((code) => {
        running.delete(id);
        end({ id, exitCode: code, skipped: false });
      });
      running.set(id, done);
    };
    process.on('exit', killAll);
    try {
      for (;;) {
        const free = running.size < context.workers && !context.signal.aborted;
        const next = free ? nextTask(tasks, ends, running) : undefined;
        if (next?.action === 'skip') end({ id: next.task.id, exitCode: 1, skipped: true });
        else if (next !== undefined) start(next.task, this.#execute(next.task, context, kills));
        else if (running.size === 0) return [...ends.values()];
        else await Promise.race(running.values());
      }
    } finally {
      process.off('exit', killAll);
    }
  }

  /** @param kills where this task's end by force stands while it lives */
  async #execute({ id, command }: RunTask, context: LaunchContext, kills: Set<() => void>): Promise<number> {
    const [program, ...rest] = command;
    const ownGroup = process.platform !== 'win32';
    const child = spawn(program, rest, { stdio: 'pipe', detached: ownGroup, windowsHide: true });
    const ended = exitOf(child, id, context);
    // A child that has gone closes its end of the pipe; that is no fault of ours.
    child.stdin.on('error', () => undefined);
    context.started(id);
    const kill = (): void => killTree(child, ownGroup);
    kills.add(kill);
    let timer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      // Only the child itself: what it started is its own to stop.
      child.kill('SIGTERM');
      timer = setTimeout(kill, this.#options.grace * 1000);
    };
    if (context.signal.aborted) stop();
    else context.signal.addEventListener('abort', stop, { once: true });
    try {
      return await ended;
    } finally {
      clearTimeout(timer);
      context.signal.removeEventListener('abort', stop);
      kills.delete(kill);
    }
  }
}

/** Exit code when the child has ended and its last line is out. A program that cannot be started answers 127. */
async function exitOf(child: ChildProcess, id: string, context: LaunchContext): Promise<number> {
  forward(child.stdout, (text) => context.line(id, 'out', text));
  forward(child.stderr, (text) => context.line(id, 'err', text));
  return new Promise((resolve) => {
    child.on('error', (error) => {
      context.line(id, 'err', error.message);
      if (child.pid === undefined) resolve(127);
    });
    // `close`, not `exit`: the pipes may still hold lines when the process has gone.
    child.on('close', (code, signal) =>
      resolve(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 130 : 1)),
    );
  });
}

function forward(stream: Readable | null, line: (text: string) => void): void {
  if (stream !== null) createInterface({ input: stream, crlfDelay: Infinity }).on('line', line);
}

function killTree(child: ChildProcess, group: boolean): void {
  // Also where the child has ended: what it started may still hold its pipes.
  if (child.pid === undefined) return;
  try {
    process.kill(group ? -child.pid : child.pid, 'SIGKILL');
  } catch (error) {
    // All of them have ended.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
