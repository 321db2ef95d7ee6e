/** A real MLflow server in a process group of its own, on a free port and a temporary folder. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findMlflow, type ServerLine } from './find-mlflow.ts';

export interface RealServer {
  readonly uri: string;
  /** Its database, artifacts and log. */
  readonly folder: string;
  /** Ends it at once, as a crash would; the stores stay. */
  readonly kill: () => Promise<void>;
  /** After `kill`: on the same port and stores. */
  readonly restart: () => Promise<void>;
  /** Ends it and removes its folder. */
  readonly stop: () => Promise<void>;
}

export interface ServerOptions {
  /** More of `mlflow server`. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Cold starts take 6 to 12 s on a machine with nothing else to do. */
const START_MS = 240_000;

/** Starts a server and waits until it is healthy. It does not outlive this process, however that ends. */
export async function startServer(
  line: ServerLine,
  { flags = [], env = {} }: ServerOptions = {},
): Promise<RealServer> {
  const found = findMlflow(line);
  if ('missing' in found) throw new Error(found.missing);
  const folder = await mkdtemp(join(tmpdir(), `mlflow-${line}-`));
  const port = await freePort();
  const uri = `http://127.0.0.1:${port}`;
  const start = (): Promise<ChildProcess> => launch(found.path, folder, port, flags, env);
  let child = await start().catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  return {
    uri,
    folder,
    kill: () => end(child),
    restart: async () => {
      await end(child);
      child = await start();
    },
    stop: async () => {
      await end(child);
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

async function launch(
  mlflow: string,
  folder: string,
  port: number,
  flags: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const args = ['server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1'];
  const stores = [
    '--backend-store-uri',
    `sqlite:///${join(folder, 'mlflow.db')}`,
    '--artifacts-destination',
    join(folder, 'artifacts'),
  ];
  const outside = Object.entries(process.env).filter(([name]) => !name.startsWith('MLFLOW_'));
  // The shell reads our end of the pipe: when this process is gone, however it went, it ends the whole group.
  // It also ends it when the server has ended by itself.
  const child = spawn(
    'sh',
    ['-c', '{ "$@"; kill -9 0; } & cat >/dev/null; kill -9 0', 'sh', mlflow, ...args, ...stores, ...flags],
    {
      cwd: folder,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        ...Object.fromEntries(outside),
        MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
        MLFLOW_DISABLE_TELEMETRY: 'true',
        ...env,
      },
    },
  );
  const logPath = join(folder, 'server.log');
  const log = createWriteStream(logPath, { flags: 'a' });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  child.once('close', () => log.end());
  try {
    await untilHealthy(child, port, logPath);
    return child;
  } catch (error) {
    await end(child);
    throw error;
  }
}

async function untilHealthy(child: ChildProcess, port: number, log: string): Promise<void> {
  const begin = Date.now();
  while (Date.now() - begin < START_MS) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(5000) });
      if (answer.ok) return;
    } catch (error) {
      // Not listening yet, or too busy to answer.
      if (!(error instanceof Error)) throw error;
    }
    await sleep(100);
  }
  const seconds = ((Date.now() - begin) / 1000).toFixed(0);
  throw new Error(
    `mlflow server is not healthy after ${seconds} s:\n${readFileSync(log, 'utf8').slice(-3000)}`,
  );
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid, 'SIGKILL');
  await gone;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
