/** How a server is reached. */

export type Auth =
  { readonly username: string; readonly password: string } | { readonly token: string } | undefined;

/** PEM texts, not paths. */
export interface TlsOptions {
  /** Accepts any certificate. Excludes `ca`. @default false */
  readonly insecure?: boolean | undefined;
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** The n-th retry waits `backoffMs · 2^(n-1)` plus up to `jitterMs`, `maxDelayMs` at most, or as `Retry-After` says. */
export interface RetryOptions {
  /** After the first try. At most 10. @default 7 */
  readonly retries?: number | undefined;
  /** @default 2000 */
  readonly backoffMs?: number | undefined;
  /** @default 1000 */
  readonly jitterMs?: number | undefined;
  /** @default 120000 */
  readonly maxDelayMs?: number | undefined;
  /** @default true */
  readonly respectRetryAfter?: boolean | undefined;
}

/** One retry that is about to be waited for. */
export interface RetryNote {
  readonly attempt: number;
  readonly delayMs: number;
  readonly reason: string;
}

export interface ClientOptions {
  /** `http://host:port`, `https://host/prefix`. Credentials in it are used as `auth`. */
  readonly uri: string;
  readonly auth?: Auth;
  /** Sent with every request, after ours; called for each one if it is a function. */
  readonly headers?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>) | undefined;
  /** `X-MLFLOW-WORKSPACE`. */
  readonly workspace?: string | undefined;
  readonly tls?: TlsOptions | undefined;
  /** Of one try, without a byte in either direction. @default 120000 */
  readonly timeoutMs?: number | undefined;
  readonly retry?: RetryOptions | undefined;
  /** Connections kept open. @default 4 */
  readonly maxConnections?: number | undefined;
  readonly onRetry?: ((note: RetryNote) => void) | undefined;
}

/** Of a single call. An abort rejects with the signal's reason. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}
