/** Errors of the client. `errorCode` is MLflow's own where the server gave one, else one of `ClientErrorCode`. */
import { connectionHint, hintFor } from './hints.ts';

export type ClientErrorCode =
  | 'CONNECTION_FAILED'
  | 'TIMEOUT'
  | 'HTTP_ERROR'
  | 'ENDPOINT_NOT_FOUND'
  | 'INVALID_RESPONSE'
  | 'INVALID_ARGUMENT'
  | 'INVALID_STATE'
  | 'UNSUPPORTED_URI'
  | 'TRANSFER_INCOMPLETE';

interface Details {
  readonly status?: number | undefined;
  readonly errorCode: string;
  readonly retryable?: boolean | undefined;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

export class MlflowError extends Error {
  override readonly name = 'MlflowError';
  /** Of the HTTP answer; undefined where there was none. */
  readonly status: number | undefined;
  /** `RESOURCE_ALREADY_EXISTS`, `INVALID_PARAMETER_VALUE`, …; see `ClientErrorCode` for ours. */
  readonly errorCode: string;
  /** Whether the same call may succeed later. The client has already retried when it throws this. */
  readonly retryable: boolean;
  /** What to do about it, where that is known. */
  readonly hint: string | undefined;

  constructor(message: string, details: Details) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.status = details.status;
    this.errorCode = details.errorCode;
    this.retryable = details.retryable ?? false;
    this.hint = details.hint;
  }
}

/** Of an argument; nothing was sent. */
export function invalid(message: string, hint?: string): MlflowError {
  return new MlflowError(message, { errorCode: 'INVALID_ARGUMENT', hint });
}

/** A 2xx answer that MLflow would not give. */
export function notMlflow(message: string, uri: string, cause?: unknown): MlflowError {
  return new MlflowError(message, {
    status: 200,
    errorCode: 'INVALID_RESPONSE',
    hint: `Is ${uri} the address of an MLflow server? A login page or a proxy may answer in its place.`,
    cause,
  });
}

/** Nothing came, or not all of it. */
export function connectionError(cause: unknown, timeout: boolean, method: string, url: URL): MlflowError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  // A refused connection to a name with several addresses has its text in its parts only.
  const detail = cause instanceof Error && cause.message !== '' ? cause.message : code;
  const hint = connectionHint(code);
  return new MlflowError(`${method} ${url.origin}${url.pathname}: ${detail}`, {
    errorCode: timeout ? 'TIMEOUT' : 'CONNECTION_FAILED',
    retryable: hint === undefined,
    hint: timeout
      ? 'Allow more with MLFLOW_HTTP_REQUEST_TIMEOUT (seconds) or timeoutMs.'
      : (hint ?? `Is an MLflow server running at ${url.origin}?`),
    cause,
  });
}

interface FailedRequest {
  readonly method: string;
  readonly url: URL;
  readonly retryable: boolean;
}

/** The error of an answer that is not 2xx: MLflow's JSON, or whatever a proxy wrote. */
export function errorFromAnswer(
  status: number,
  text: string,
  location: string | undefined,
  { method, url, retryable }: FailedRequest,
): MlflowError {
  const given = mlflowError(text);
  const unknownPath = (status === 404 || status === 405) && given === undefined;
  const errorCode = given?.errorCode ?? (unknownPath ? 'ENDPOINT_NOT_FOUND' : 'HTTP_ERROR');
  const message = given?.message ?? excerpt(text);
  const moved = status >= 300 && status < 400 ? movedHint(location, url) : undefined;
  return new MlflowError(`${method} ${url.pathname}: ${status} ${errorCode}${message && `: ${message}`}`, {
    status,
    errorCode,
    retryable,
    hint: moved ?? hintFor({ status, errorCode, message, url }),
  });
}

/** Without the query, in which login pages are told secrets. */
function movedHint(location: string | undefined, from: URL): string {
  const to =
    location !== undefined && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  const where = to === undefined ? 'another address' : `${to.origin}${to.pathname}`;
  return `The server sends on to ${where}, which is not followed: give the address where MLflow itself is.`;
}

function mlflowError(text: string): { errorCode: string; message: string } | undefined {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null || !('error_code' in body)) return undefined;
    const message = 'message' in body ? String(body.message) : '';
    return { errorCode: String(body.error_code), message: excerpt(message) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** One line: what a person reads of a page of HTML. */
function excerpt(text: string): string {
  const line = text
    .replace(/<(style|script|title)\b.*?<\/\1>|<[^>]*>/gis, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > 500 ? `${line.slice(0, 500)}…` : line;
}
