/** One request and its answer over a pool of connections: no retries, no meaning of status codes. */
import { createReadStream } from 'node:fs';
import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { TlsOptions } from './options.ts';

/** A body is always sent with its length: MLflow stores nothing of a chunked one, and answers 200. */
export type Body = { readonly bytes: Uint8Array } | { readonly file: string; readonly size: number };

export interface Outgoing {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Body | undefined;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** On a connection of its own, which cannot turn out to have been closed meanwhile. */
  readonly fresh: boolean;
}

export interface Answer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly bytes: Buffer;
}

export interface Pool {
  readonly exchange: (outgoing: Outgoing) => Promise<Answer>;
  readonly close: () => void;
}

export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/** The server had closed the kept connection before it read the request. */
export class StaleConnectionError extends Error {
  override readonly name = 'StaleConnectionError';
}

export function createPool(maxSockets: number, tls: TlsOptions = {}): Pool {
  // Uvicorn closes a connection that was idle for 5 s; ours is closed before, so that few are closed in our hands.
  const kept = { keepAlive: true, maxSockets, timeout: 4000 };
  const { insecure = false, ca, cert, key } = tls;
  const secured = {
    rejectUnauthorized: !insecure,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert, key: key ?? cert }),
  };
  const http = [new HttpAgent(kept), new HttpAgent({ keepAlive: false })] as const;
  const https = [
    new HttpsAgent({ ...kept, ...secured }),
    new HttpsAgent({ ...secured, keepAlive: false }),
  ] as const;
  return {
    exchange: (outgoing) => {
      const agents = outgoing.url.protocol === 'https:' ? https : http;
      return exchange(outgoing, { agent: agents[outgoing.fresh ? 1 : 0] });
    },
    close: () => {
      for (const agent of [...http, ...https]) agent.destroy();
    },
  };
}

function exchange(outgoing: Outgoing, pool: RequestOptions): Promise<Answer> {
  const { method, url, body, timeoutMs, signal } = outgoing;
  const length = body === undefined ? undefined : 'file' in body ? body.size : body.bytes.length;
  const headers = { ...outgoing.headers, ...(length !== undefined && { 'Content-Length': String(length) }) };
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(asError(signal.reason));
      return;
    }
    const request = send(url, { ...pool, method, headers, timeout: timeoutMs });
    const onAbort = (): unknown => request.destroy(asError(signal?.reason));
    signal?.addEventListener('abort', onAbort, { once: true });
    request.on('close', () => signal?.removeEventListener('abort', onAbort));
    request.on('timeout', () =>
      request.destroy(new TimeoutError(`nothing was heard for ${timeoutMs / 1000} s`)),
    );
    let answered = false;
    request.on('error', (error: Error & { code?: string }) => {
      const stale = request.reusedSocket && !answered && /^(ECONNRESET|EPIPE)$/.test(error.code ?? '');
      reject(stale ? new StaleConnectionError(error.message, { cause: error }) : error);
    });
    request.on('response', (response) => {
      answered = true;
      collect(response, resolve, reject);
    });
    if (body === undefined) request.end();
    else if ('bytes' in body) request.end(body.bytes);
    else
      createReadStream(body.file, { end: Math.max(0, body.size - 1) })
        .on('error', (error) => request.destroy(error))
        .pipe(request);
  });
}

function collect(
  response: IncomingMessage,
  resolve: (answer: Answer) => void,
  reject: (error: Error) => void,
): void {
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  response.on('error', reject);
  response.on('end', () => {
    const { statusCode: status = 0, headers } = response;
    const header = (name: string): string | undefined => headers[name]?.toString();
    resolve({ status, header, bytes: Buffer.concat(chunks) });
  });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
