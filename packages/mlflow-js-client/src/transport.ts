/** Requests to one server: address, headers, retries, and JSON in and out. Bodies and credentials are never logged. */
import { errorFromAnswer, invalid, MlflowError } from './errors.ts';
import {
  createPool,
  StaleConnectionError,
  TimeoutError,
  type Answer,
  type Body,
  type Outgoing,
} from './exchange.ts';
import type { Auth, CallOptions, ClientOptions } from './options.ts';
import { FailedTry, isRetryableStatus, retryAfter, withRetries } from './retry.ts';

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface Call extends CallOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the server's address, or a whole address. Credentials go to the server's own origin only. */
  readonly path: string;
  readonly query?: Query | undefined;
  /** JSON: a value, or text that is JSON already. */
  readonly json?: object | string | undefined;
  readonly body?: Body | undefined;
  /** Whether it may be sent again where an answer got lost. @default true */
  readonly repeatable?: boolean | undefined;
  readonly timeoutMs?: number | undefined;
  readonly retries?: number | undefined;
}

export interface Transport {
  readonly uri: string;
  readonly send: (call: Call) => Promise<Buffer>;
  /** The JSON object of the answer. */
  readonly json: (call: Call) => Promise<unknown>;
  readonly close: () => void;
}

export function createTransport(options: ClientOptions): Transport {
  const { base, auth } = readUri(options);
  const { tls = {}, timeoutMs = 120_000, retry = {}, onRetry } = options;
  if (tls.insecure === true && tls.ca !== undefined)
    throw invalid(
      'tls.insecure and tls.ca are both set: the one accepts any certificate, the other checks it',
    );
  const pool = createPool(options.maxConnections ?? 4, tls);
  const own = new URL(base).origin;

  const send = async (call: Call): Promise<Buffer> => {
    const url = address(base, call);
    const repeatable = call.repeatable ?? true;
    const outgoing: Outgoing = {
      method: call.method,
      url,
      headers: { ...contentType(call), ...(url.origin === own && ownHeaders(options, auth)) },
      body: typeof call.json === 'undefined' ? call.body : { bytes: Buffer.from(jsonText(call.json)) },
      timeoutMs: call.timeoutMs ?? timeoutMs,
      signal: call.signal,
      fresh: !repeatable,
    };
    const policy = call.retries === undefined ? retry : { ...retry, retries: call.retries };
    return withRetries(() => attempt(pool.exchange, outgoing), {
      options: policy,
      repeatable,
      signal: call.signal,
      onRetry,
    });
  };
  const json = async (call: Call): Promise<unknown> => parse(await send(call), call, base);
  return { uri: base, send, json, close: pool.close };
}

async function attempt(
  exchange: (outgoing: Outgoing) => Promise<Answer>,
  outgoing: Outgoing,
): Promise<Buffer> {
  const { method, url, signal } = outgoing;
  let answer: Answer;
  try {
    answer = await exchange(outgoing);
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof StaleConnectionError) return attempt(exchange, { ...outgoing, fresh: true });
    throw new FailedTry(connectionError(cause, method, url));
  }
  const { status } = answer;
  if (status >= 200 && status < 300) return answer.bytes;
  const request = { method, url, retryable: isRetryableStatus(status) };
  const error = errorFromAnswer(status, answer.bytes.toString('utf8'), answer.header('location'), request);
  throw new FailedTry(error, retryAfter(answer.header('retry-after')));
}

function connectionError(cause: unknown, method: string, url: URL): MlflowError {
  const timeout = cause instanceof TimeoutError;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  // A refused connection to a name with several addresses has its text in its parts only.
  const detail = cause instanceof Error && cause.message !== '' ? cause.message : code;
  const certificate = /CERT|SELF_SIGNED|SIGNATURE|ALTNAME/.test(code);
  return new MlflowError(`${method} ${url.origin}${url.pathname}: ${detail}`, {
    errorCode: timeout ? 'TIMEOUT' : 'CONNECTION_FAILED',
    retryable: !certificate && code !== 'ENOENT' && code !== 'ERR_INVALID_CHAR',
    hint: certificate
      ? 'Name the authority of this certificate in MLFLOW_TRACKING_SERVER_CERT_PATH (tls.ca).'
      : timeout
        ? 'Allow more with MLFLOW_HTTP_REQUEST_TIMEOUT (seconds) or timeoutMs.'
        : `Is an MLflow server running at ${url.origin}?`,
    cause,
  });
}

function parse(bytes: Buffer, call: Call, base: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    const start = JSON.stringify(bytes.toString('utf8', 0, 80));
    throw new MlflowError(`${call.method} ${call.path}: the answer is not JSON but ${start}`, {
      status: 200,
      errorCode: 'INVALID_RESPONSE',
      hint: `Is ${base} the address of an MLflow server? A login page or a proxy may answer in its place.`,
      cause,
    });
  }
}

function readUri({ uri, auth }: ClientOptions): { base: string; auth: Auth } {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new MlflowError(`"${uri}" is not the address of a tracking server`, {
      errorCode: 'UNSUPPORTED_URI',
      hint: 'Give http://host:port or https://host/prefix.',
    });
  const { origin, pathname, username, password } = url;
  const inUri =
    username === ''
      ? undefined
      : { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  return { base: `${origin}${pathname.replace(/\/+$/, '')}`, auth: auth ?? inUri };
}

function address(base: string, { path, query = {} }: Call): URL {
  const url = new URL(/^https?:/.test(path) ? path : `${base}${path}`);
  for (const [key, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.append(key, String(value));
  return url;
}

function ownHeaders(options: ClientOptions, auth: Auth): Record<string, string> {
  const { headers = {}, workspace } = options;
  return {
    ...(workspace !== undefined && { 'X-MLFLOW-WORKSPACE': workspace }),
    ...(auth !== undefined && { Authorization: authorization(auth) }),
    ...(typeof headers === 'function' ? headers() : headers),
  };
}

function authorization(auth: NonNullable<Auth>): string {
  if ('token' in auth) return `Bearer ${auth.token}`;
  return `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
}

function contentType({ json, body }: Call): Record<string, string> {
  if (json !== undefined) return { 'Content-Type': 'application/json' };
  return body === undefined ? {} : { 'Content-Type': 'application/octet-stream' };
}

function jsonText(json: object | string): string {
  return typeof json === 'string' ? json : JSON.stringify(json);
}
