/**
 * An MLflow server of our own on 127.0.0.1, with its own database and artifacts. What is in it was made from the
 * journals and can be made again. It ends when this process does, however that ends.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RunError } from '@cairn/core';
import type { MlflowCommand } from './find-mlflow.ts';

export interface ManagedOptions {
  readonly mlflow: MlflowCommand;
  /** `.cairn/mlflow`: database, artifacts, log. */
  readonly folder: string;
  /** Another database than the own one: `sqlite:///…`, `postgresql://…`. Never removed. */
  readonly database?: string | undefined;
  /** @default a free one */
  readonly port?: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds until it must answer. @default 60000 */
  readonly patience?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ManagedServer {
  readonly uri: string;
  readonly pid: number;
  /** True when the process is gone. */
  readonly ended: () => boolean;
  /** Ends the whole process group. */
  readonly stop: () => Promise<void>;
}

/** The database is of another MLflow than the one that was started. */
export class SchemaError extends RunError {
  constructor(log: string) {
    super('CAIRN_MLFLOW_SCHEMA', `the database is not of this MLflow's version: ${log}`, {
      fix: 'back it up, then: mlflow db upgrade <database URI>',
    });
  }
}

/** @throws CAIRN_MLFLOW_SCHEMA, CAIRN_MLFLOW_START; the signal's reason */
export async function startManaged(options: ManagedOptions): Promise<ManagedServer> {
  const { folder, signal } = options;
  mkdirSync(folder, { recursive: true });
  const port = options.port ?? (await freePort());
  const child = launch(options, port);
  const uri = `http://127.0.0.1:${port}`;
  const leave = (): void => killGroup(child, 'SIGKILL');
  process.once('exit', leave);
  const stop = async (): Promise<void> => {
    process.off('exit', leave);
    await endGroup(child);
  };
  try {
    await untilHealthy(child, uri, options);
  } catch (error) {
    await stop();
    signal?.throwIfAborted();
    throw error;
  }
  return { uri, pid: child.pid ?? 0, ended: () => hasEnded(child), stop };
}

/** Removes database and artifacts of the own store, with what is known of what is in it. */
export function removeStore(folder: string): void {
  for (const name of ['mlflow.db', 'mlflow.db-wal', 'mlflow.db-shm', 'artifacts', 'cursors']) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function launch({ mlflow, folder, database, env }: ManagedOptions, port: number): ChildProcess {
  const args = [
    ...mlflow.command,
    ...['server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1'],
    ...['--backend-store-uri', database ?? `sqlite:///${join(folder, 'mlflow.db')}`],
    ...['--artifacts-destination', join(folder, 'artifacts')],
  ];
  const inherited = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('MLFLOW_')));
  const log = openSync(join(folder, 'server.log'), 'w');
  try {
    // The shell reads our end of the pipe: when this process is gone, however it went, it ends the whole group.
    return spawn('sh', ['-c', '"$@" & cat >/dev/null; kill -9 0', 'sh', ...args], {
      cwd: folder,
      detached: true,
      stdio: ['pipe', log, log],
      env: { ...inherited, MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false', MLFLOW_DISABLE_TELEMETRY: 'true' },
    });
  } finally {
    closeSync(log);
  }
}

async function untilHealthy(
  child: ChildProcess,
  uri: string,
  { folder, patience = 60_000, signal }: ManagedOptions,
): Promise<void> {
  const begin = performance.now();
  const logFile = join(folder, 'server.log');
  while (performance.now() - begin < patience) {
    signal?.throwIfAborted();
    if (await answers(uri)) return;
    const log = readFileSync(logFile, 'utf8');
    if (/out-of-date database schema|Can't locate revision/i.test(log)) throw new SchemaError(lastLine(log));
    if (hasEnded(child) || /^Error:|Address already in use/m.test(log)) throw startError(log, logFile);
    await sleep(200);
  }
  throw startError(`no answer in ${Math.round(patience / 1000)} s`, logFile);
}

async function answers(uri: string): Promise<boolean> {
  try {
    return (await fetch(`${uri}/health`, { signal: AbortSignal.timeout(5000) })).ok;
  } catch (error) {
    if (error instanceof Error) return false; // not listening yet, or too busy
    throw error;
  }
}

function startError(log: string, file: string): RunError {
  return new RunError('CAIRN_MLFLOW_START', `mlflow server does not start: ${lastLine(log)}`, {
    fix: `its whole output: ${file}`,
  });
}

function lastLine(log: string): string {
  return (
    log
      .split('\n')
      .findLast((line) => line.trim() !== '')
      ?.trim() ?? 'it said nothing'
  );
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Asks first, so that the database is closed in order. */
async function endGroup(child: ChildProcess): Promise<void> {
  if (hasEnded(child) || child.pid === undefined) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  killGroup(child, 'SIGTERM');
  await Promise.race([gone, sleep(5000, undefined, { ref: false })]);
  killGroup(child, 'SIGKILL');
}

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ESRCH') throw error; // ESRCH: gone
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new RangeError('a port was asked for');
  return address.port;
}
