/** Where an MLflow with a user interface is on this machine. */
import { execFile } from 'node:child_process';
import { RunError } from '@cairn/core';

/** A command that is followed by `server …`. */
export interface MlflowCommand {
  readonly command: readonly [string, ...string[]];
  /** `3.17.2`. */
  readonly version: string;
}

export interface FindOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Fetch it for this once: hundreds of megabytes the first time. @default neither */
  readonly fetch?: 'uvx' | 'pipx' | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Oldest line that is known to read what is sent. */
const OLDEST = 2;

const FETCHED = {
  uvx: ['uvx', '--from', 'mlflow', 'mlflow'],
  pipx: ['pipx', 'run', '--spec', 'mlflow', 'mlflow'],
} as const;

/**
 * `mlflow` on the PATH, then a Python that has the module; `uvx` and `pipx` only where they were asked for.
 * @throws CAIRN_MLFLOW_MISSING
 */
export async function findMlflow(options: FindOptions): Promise<MlflowCommand> {
  const { fetch, env } = options;
  const own = env['CAIRN_MLFLOW'];
  const candidates: readonly (readonly [string, ...string[]])[] =
    fetch !== undefined
      ? [FETCHED[fetch]]
      : [
          ...(own === undefined || own === '' ? [] : [[own] as const]),
          ['mlflow'],
          ['python3', '-m', 'mlflow'],
          ['python', '-m', 'mlflow'],
        ];
  for (const command of candidates) {
    const version = await versionOf(command, options);
    if (version !== undefined && Number.parseInt(version, 10) >= OLDEST) return { command, version };
  }
  const looked = candidates.map((c) => c.join(' ')).join(', ');
  throw new RunError('CAIRN_MLFLOW_MISSING', `no MLflow found: tried ${looked}`, {
    fix: [
      'pip install mlflow        (mlflow-skinny has no user interface)',
      'or cairn ui --uvx, cairn ui --pipx: they fetch it, hundreds of megabytes the first time',
      'or set CAIRN_MLFLOW to its program; the journals keep everything until then',
    ],
  });
}

/** Undefined where there is no such program, no such module, or no answer that is a version. */
function versionOf(
  [program, ...args]: readonly [string, ...string[]],
  { env, signal }: FindOptions,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const done = (error: Error | null, out: string): void =>
      resolve(error === null ? /version (\d+\.\S+)/.exec(out)?.[1] : undefined);
    // Importing it takes seconds on a busy machine; fetching it minutes.
    const options = { env: { ...env }, timeout: 600_000, ...(signal === undefined ? {} : { signal }) };
    execFile(program, [...args, '--version'], options, done);
  });
}
