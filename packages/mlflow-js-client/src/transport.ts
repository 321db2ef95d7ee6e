/** Requests to one server: address, headers, retries, and JSON in and out. Bodies and credentials are never logged. */
import { connectionError, errorFromAnswer, MlflowError, notMlflow } from './errors.ts';
import {
  createPool,
  StaleConnectionError,
  TimeoutError,
  type Answer,
  type Body,
  type Outgoing,
  type Pool,
} from './exchange.ts';
import { checkOptions, type Auth, type CallOptions, type ClientOptions } from './options.ts';
import { FailedTry, isRetryableStatus, retryAfter, withRetries } from './retry.ts';
import { readServerUri } from './tracking-uri.ts';

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface Call extends CallOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Below the server's address, or a whole address. Credentials go to the server's own origin only. */
  readonly path: string;
  readonly query?: Query | undefined;
  /** JSON text. */
  readonly json?: string | undefined;
  readonly body?: Body | undefined;
  /** A file for the answer's body. */
  readonly into?: string | undefined;
  /** Whether it may be sent again where an answer got lost. @default true */
  readonly repeatable?: boolean | undefined;
  readonly timeoutMs?: number | undefined;
  readonly retries?: number | undefined;
}

export interface Transport {
  readonly uri: string;
  readonly send: (call: Call) => Promise<Buffer>;
  /** Undefined of an empty answer. */
  readonly json: (call: Call) => Promise<unknown>;
  readonly close: () => void;
}

export function createTransport(options: ClientOptions): Transport {
  checkOptions(options);
  const { base, auth: inUri } = readServerUri(options.uri);
  const { auth = inUri, tls, timeoutMs = 120_000, retry = {}, onRetry } = options;
  const pool = createPool(options.maxConnections ?? 4, tls);
  const own = new URL(base).origin;

  const send = async (call: Call): Promise<Buffer> => {
    const { method, json, body, into, signal, repeatable = true } = call;
    const url = address(base, call);
    const outgoing: Outgoing = {
      method,
      url,
      headers: { ...contentType(call), ...(url.origin === own && ownHeaders(options, auth)) },
      body: json === undefined ? body : { bytes: Buffer.from(json) },
      into,
      timeoutMs: call.timeoutMs ?? timeoutMs,
      signal,
      fresh: !repeatable,
    };
    const policy = call.retries === undefined ? retry : { ...retry, retries: call.retries };
    return withRetries(() => attempt(pool, outgoing), { options: policy, repeatable, signal, onRetry });
  };
  const json = async (call: Call): Promise<unknown> => parse(await send(call), call, base);
  return { uri: base, send, json, close: pool.close };
}

async function attempt(pool: Pool, outgoing: Outgoing): Promise<Buffer> {
  const { method, url, signal } = outgoing;
  let answer: Answer;
  try {
    answer = await pool.exchange(outgoing);
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof MlflowError) throw cause;
    if (cause instanceof StaleConnectionError) return attempt(pool, { ...outgoing, fresh: true });
    throw new FailedTry(connectionError(cause, cause instanceof TimeoutError, method, url));
  }
  const { status, header, bytes } = answer;
  if (status >= 200 && status < 300) return bytes;
  const request = { method, url, retryable: isRetryableStatus(status) };
  const error = errorFromAnswer(status, bytes.toString('utf8'), header('location'), request);
  throw new FailedTry(error, retryAfter(header('retry-after')));
}

function parse(bytes: Buffer, call: Call, base: string): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    const start = JSON.stringify(bytes.toString('utf8', 0, 80));
    throw notMlflow(`${call.method} ${call.path}: the answer is not JSON but ${start}`, base, cause);
  }
}

function address(base: string, { path, query = {} }: Call): URL {
  const url = new URL(/^https?:/.test(path) ? path : `${base}${path}`);
  for (const [key, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.append(key, String(value));
  return url;
}

function ownHeaders(options: ClientOptions, auth: Auth | undefined): Record<string, string> {
  const { headers = {}, workspace } = options;
  return {
    ...(workspace !== undefined && { 'X-MLFLOW-WORKSPACE': workspace }),
    ...(auth !== undefined && { Authorization: authorization(auth) }),
    ...(typeof headers === 'function' ? headers() : headers),
  };
}

function authorization(auth: Auth): string {
  if ('token' in auth) return `Bearer ${auth.token}`;
  return `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
}

function contentType({ json, body }: Call): Record<string, string> {
  if (json !== undefined) return { 'Content-Type': 'application/json' };
  return body === undefined ? {} : { 'Content-Type': 'application/octet-stream' };
}
