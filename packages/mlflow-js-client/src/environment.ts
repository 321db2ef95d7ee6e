/** The `MLFLOW_*` variables of the Python client, read once. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { invalid, MlflowError } from './errors.ts';
import type { Auth, ClientOptions, TlsOptions } from './options.ts';
import { readServerUri } from './tracking-uri.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface Environment {
  readonly options: ClientOptions;
  /** What was found and is not supported: one sentence each. */
  readonly warnings: readonly string[];
  readonly experimentName: string | undefined;
  readonly experimentId: string | undefined;
  readonly runId: string | undefined;
}

/**
 * Options from `MLFLOW_*` variables and, where those give no user, `~/.mlflow/credentials`.
 * @param uri Instead of `MLFLOW_TRACKING_URI`.
 */
export async function readEnvironment(env: Env = process.env, uri?: string): Promise<Environment> {
  const value = (name: string): string | undefined => env[name]?.trim() || undefined;
  const given = uri ?? value('MLFLOW_TRACKING_URI');
  if (given === undefined)
    throw new MlflowError('MLFLOW_TRACKING_URI is not set', {
      errorCode: 'UNSUPPORTED_URI',
      hint: 'Set it to http://host:port of an MLflow server.',
    });
  readServerUri(given);
  const { auth, warnings } = await readAuth(value, env);
  const options: ClientOptions = {
    uri: given,
    auth,
    tls: await readTls(value),
    workspace: value('MLFLOW_WORKSPACE'),
    timeoutMs: seconds(value, 'MLFLOW_HTTP_REQUEST_TIMEOUT'),
    retry: {
      retries: number(value, 'MLFLOW_HTTP_REQUEST_MAX_RETRIES'),
      backoffMs: seconds(value, 'MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR'),
      jitterMs: seconds(value, 'MLFLOW_HTTP_REQUEST_BACKOFF_JITTER'),
      respectRetryAfter: flag(value, 'MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER'),
    },
  };
  return {
    options,
    warnings: [
      ...warnings,
      ...['MLFLOW_TRACKING_AWS_SIGV4', 'MLFLOW_TRACKING_AUTH']
        .filter((name) => value(name) !== undefined)
        .map((name) => `${name} is set and not supported: requests are sent without it.`),
    ],
    experimentName: value('MLFLOW_EXPERIMENT_NAME'),
    experimentId: value('MLFLOW_EXPERIMENT_ID'),
    runId: value('MLFLOW_RUN_ID'),
  };
}

type Value = (name: string) => string | undefined;

/** As in Python: a user with a password wins over a token, and each of the two may come from the file. */
async function readAuth(value: Value, env: Env): Promise<{ auth: Auth | undefined; warnings: string[] }> {
  const home = env['HOME'] ?? env['USERPROFILE'] ?? homedir();
  const stored = await readCredentials(join(home, '.mlflow', 'credentials'));
  const username = value('MLFLOW_TRACKING_USERNAME') ?? stored('mlflow_tracking_username');
  const password = env['MLFLOW_TRACKING_PASSWORD'] || stored('mlflow_tracking_password');
  const token = value('MLFLOW_TRACKING_TOKEN');
  if (username && password) return { auth: { username, password }, warnings: [] };
  const auth = token === undefined ? undefined : { token };
  if (!username && !password) return { auth, warnings: [] };
  const [one, other] = username ? ['user', 'password'] : ['password', 'user'];
  return { auth, warnings: [`There is a ${one} for MLflow but no ${other}: neither is used.`] };
}

/** Looks up a name in the section `[mlflow]` of an INI file. */
async function readCredentials(path: string): Promise<(name: string) => string | undefined> {
  const lines = ((await readIfThere(path)) ?? '').split(/\r?\n/).map((line) => line.trim());
  const after = lines.slice(lines.indexOf('[mlflow]') + 1 || lines.length);
  const end = after.findIndex((line) => /^\[.*\]$/.test(line));
  const entries = (end < 0 ? after : after.slice(0, end)).map((line) => /^(\w+)\s*[=:]\s*(.*)$/.exec(line));
  return (name) => entries.find((entry) => entry?.[1]?.toLowerCase() === name)?.[2];
}

async function readTls(value: Value): Promise<TlsOptions> {
  const caPath = value('MLFLOW_TRACKING_SERVER_CERT_PATH');
  const certPath = value('MLFLOW_TRACKING_CLIENT_CERT_PATH');
  const insecure = flag(value, 'MLFLOW_TRACKING_INSECURE_TLS');
  if (insecure === true && caPath !== undefined)
    throw invalid(
      'MLFLOW_TRACKING_INSECURE_TLS and MLFLOW_TRACKING_SERVER_CERT_PATH are both set: unset one',
    );
  return {
    insecure,
    ca: caPath && (await readPem(caPath, 'MLFLOW_TRACKING_SERVER_CERT_PATH')),
    cert: certPath && (await readPem(certPath, 'MLFLOW_TRACKING_CLIENT_CERT_PATH')),
  };
}

async function readPem(path: string, name: string): Promise<string> {
  const content = await readIfThere(path);
  if (content === undefined) throw invalid(`${name} is "${path}", which is not a file`);
  return content;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw invalid(`Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function seconds(value: Value, name: string): number | undefined {
  const found = number(value, name);
  return found === undefined ? undefined : found * 1000;
}

function number(value: Value, name: string): number | undefined {
  const given = value(name);
  if (given === undefined) return undefined;
  const found = Number(given);
  if (!Number.isFinite(found) || found < 0)
    throw invalid(`${name} is "${given}": a number from 0 on is expected`);
  return found;
}

function flag(value: Value, name: string): boolean | undefined {
  const given = value(name)?.toLowerCase();
  if (given === undefined) return undefined;
  if (given === 'true' || given === '1') return true;
  if (given === 'false' || given === '0') return false;
  throw invalid(`${name} is "${given}": true or false is expected`);
}
