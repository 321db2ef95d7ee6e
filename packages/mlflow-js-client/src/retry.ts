/** When to try again, and how long to wait before it. Codes and numbers are those of MLflow's Python client. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { MlflowError } from './errors.ts';
import type { RetryNote, RetryOptions } from './options.ts';

const RETRYABLE = new Set([408, 429, 500, 502, 503, 504]);
/** Nothing of the request was processed. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

export function isRetryableStatus(status: number): boolean {
  return RETRYABLE.has(status);
}

/** Whether the server cannot have acted on a request that failed like this. */
export function wasNotProcessed(error: MlflowError): boolean {
  if (error.status !== undefined) return error.status === 429 || error.status === 503;
  const { cause } = error;
  return cause instanceof Error && 'code' in cause && NOT_SENT.has(String(cause.code));
}

/** Milliseconds that a `Retry-After` asks for: seconds, or a date. */
export function retryAfter(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\s*\d+(\.\d+)?\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** @param attempt 1 before the first retry. @param random In [0, 1). */
export function retryDelay(
  options: RetryOptions,
  attempt: number,
  after: number | undefined,
  random: number,
): number {
  const { backoffMs = 2000, jitterMs = 1000, maxDelayMs = 120_000, respectRetryAfter = true } = options;
  const asked = respectRetryAfter && after !== undefined ? after : backoffMs * 2 ** (attempt - 1);
  return Math.min(asked + random * jitterMs, maxDelayMs);
}

export interface Attempts {
  readonly options: RetryOptions;
  /** False where a second request could do it twice. */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onRetry?: ((note: RetryNote) => void) | undefined;
}

/** An `MlflowError` of a try, and what the server said about when to come back. */
export class FailedTry extends Error {
  readonly error: MlflowError;
  readonly after: number | undefined;
  constructor(error: MlflowError, after?: number) {
    super(error.message, { cause: error });
    this.error = error;
    this.after = after;
  }
}

/** Tries until it succeeds or may not be tried again; then rejects with the `MlflowError` of the last try. */
export async function withRetries<T>(run: () => Promise<T>, attempts: Attempts): Promise<T> {
  const { options, repeatable, signal, onRetry } = attempts;
  const { retries = 7 } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (failure) {
      if (!(failure instanceof FailedTry)) throw failure;
      const { error, after } = failure;
      if (!error.retryable || attempt > retries || !(repeatable || wasNotProcessed(error))) throw error;
      const delayMs = retryDelay(options, attempt, after, Math.random());
      onRetry?.({ attempt, delayMs, reason: error.message });
      await pause(delayMs, signal);
    }
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
