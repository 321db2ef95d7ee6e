/**
 * A process that stays alive and is told what to do, line by line: one line of JSON for a request, one for its answer.
 * Ours and the peer's speak alike, so that their repeats can take turns.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { isRecord, RunError, type JsonObject } from '@cairn/core';

export interface Child {
  readonly name: string;
  /**
   * @param timeout seconds
   * @throws CAIRN_BENCH_CHILD when it answers with an error, ends, or says nothing in time (it is then killed)
   */
  ask(request: JsonObject, timeout?: number): Promise<JsonObject>;
  /** Ends it. */
  close(): void;
}

/** How much of what a child wrote beside its answers is kept for an error's message. */
const KEPT_LINES = 20;

export function startChild(
  name: string,
  [program, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string | undefined>> = {},
): Child {
  const child = spawn(program, args, { stdio: 'pipe', env: { ...process.env, ...env } });
  const said: string[] = [];
  let waiting: { resolve(answer: JsonObject): void; reject(error: Error): void } | undefined;
  let gone: string | undefined;
  const hear = (line: string): void => {
    said.push(line);
    if (said.length > KEPT_LINES) said.shift();
  };
  const end = (why: string): void => {
    gone ??= why;
    waiting?.reject(failure(name, gone, said));
  };
  createInterface({ input: child.stderr }).on('line', hear);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const answer = parsed(line);
    if (answer === undefined) hear(line);
    else if (typeof answer['error'] === 'string') waiting?.reject(failure(name, answer['error'], said));
    else waiting?.resolve(answer);
  });
  // A child that has gone closes its end of the pipe; `close` tells it.
  child.stdin.on('error', () => undefined);
  child.on('error', (error) => end(error.message));
  child.on('close', (code, signal) => end(`it ended with ${signal ?? `exit code ${code}`}`));
  return {
    name,
    async ask(request, timeout = 600) {
      if (gone !== undefined) throw failure(name, gone, said);
      const answer = new Promise<JsonObject>((resolve, reject) => (waiting = { resolve, reject }));
      const timer = setTimeout(() => {
        end(`no answer within ${timeout} s`);
        kill(child);
      }, timeout * 1000);
      child.stdin.write(`${JSON.stringify(request)}\n`);
      try {
        return await answer;
      } finally {
        clearTimeout(timer);
        waiting = undefined;
      }
    },
    close: () => kill(child),
  };
}

function kill(child: ChildProcess): void {
  child.kill('SIGKILL');
}

function parsed(line: string): JsonObject | undefined {
  if (!line.startsWith('{')) return undefined;
  const value: unknown = JSON.parse(line);
  return isRecord(value) ? (value as JsonObject) : undefined;
}

function failure(name: string, what: string, said: readonly string[]): RunError {
  return new RunError('CAIRN_BENCH_CHILD', `${name}: ${what}`, { fix: said });
}
