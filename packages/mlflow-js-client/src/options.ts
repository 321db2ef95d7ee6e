/** How a server is reached. */
import { invalid } from './errors.ts';

export type Auth = { readonly username: string; readonly password: string } | { readonly token: string };

/** PEM texts, not paths. */
export interface TlsOptions {
  /** Accepts any certificate. Excludes `ca`. @default false */
  readonly insecure?: boolean | undefined;
  /** Authorities that vouch for the server, instead of those of the system. */
  readonly ca?: string | undefined;
  /** The client's own certificate. */
  readonly cert?: string | undefined;
  /** Its key, where `cert` does not hold it too. */
  readonly key?: string | undefined;
}

/** The n-th retry waits `backoffMs · 2^(n-1)` plus up to `jitterMs`, `maxDelayMs` at most, or as `Retry-After` says. */
export interface RetryOptions {
  /** After the first try: 0 to 10. @default 7 */
  readonly retries?: number | undefined;
  /** @default 2000 */
  readonly backoffMs?: number | undefined;
  /** @default 1000 */
  readonly jitterMs?: number | undefined;
  /** Also of what `Retry-After` asks for. @default 120000 */
  readonly maxDelayMs?: number | undefined;
  /** @default true */
  readonly respectRetryAfter?: boolean | undefined;
}

/** One retry that is about to be waited for. */
export interface RetryNote {
  /** 1 before the first retry. */
  readonly attempt: number;
  readonly delayMs: number;
  readonly reason: string;
}

export interface ClientOptions {
  /** `http://host:port`, `https://host/prefix`. Credentials in it are used where `auth` is not given. */
  readonly uri: string;
  readonly auth?: Auth | undefined;
  /** Sent with every request, after ours; called for each one if it is a function. */
  readonly headers?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>) | undefined;
  /** `X-MLFLOW-WORKSPACE`. */
  readonly workspace?: string | undefined;
  readonly tls?: TlsOptions | undefined;
  /** Of one try, without a byte in either direction. @default 120000 */
  readonly timeoutMs?: number | undefined;
  readonly retry?: RetryOptions | undefined;
  /** Connections kept open, and requests at a time; the others wait. @default 4 */
  readonly maxConnections?: number | undefined;
  readonly onRetry?: ((note: RetryNote) => void) | undefined;
}

/** Of a single call. An abort rejects with the signal's reason. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What a timer can wait for. */
const LONGEST = 2 ** 31 - 1;

/** @throws MlflowError with the name of what is out of range */
export function checkOptions({ timeoutMs, maxConnections, retry = {}, tls = {} }: ClientOptions): void {
  inRange('timeoutMs', timeoutMs, 1, LONGEST);
  inRange('maxConnections', maxConnections, 1, 1000, true);
  inRange('retry.retries', retry.retries, 0, 10, true);
  inRange('retry.backoffMs', retry.backoffMs, 0, LONGEST);
  inRange('retry.jitterMs', retry.jitterMs, 0, LONGEST);
  inRange('retry.maxDelayMs', retry.maxDelayMs, 0, LONGEST);
  if (tls.insecure === true && tls.ca !== undefined)
    throw invalid(
      'tls.insecure and tls.ca are both set: the one accepts any certificate, the other checks it',
    );
}

function inRange(name: string, value: number | undefined, from: number, to: number, whole = false): void {
  if (value === undefined || (value >= from && value <= to && (!whole || Number.isInteger(value)))) return;
  throw invalid(
    `${name} is ${value}: ${whole ? 'a whole number' : 'a number'} from ${from} to ${to} is expected`,
  );
}
