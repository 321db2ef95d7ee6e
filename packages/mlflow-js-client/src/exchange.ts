/** One request and its answer over a pool of connections: no retries, no meaning of status codes. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import {
  Agent as HttpAgent,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream';
import { invalid } from './errors.ts';
import type { TlsOptions } from './options.ts';

/** A body is always sent with its length: MLflow stores nothing of a chunked one, and answers 200. */
export type Body = { readonly bytes: Uint8Array } | { readonly file: string; readonly size: number };

export interface Outgoing {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Body | undefined;
  /** A file for the body of a 2xx answer, instead of memory. */
  readonly into?: string | undefined;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** On a connection of its own, which cannot turn out to have been closed meanwhile. */
  readonly fresh: boolean;
}

export interface Answer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  /** Of an answer that is not 2xx only the beginning. */
  readonly bytes: Buffer;
}

export interface Pool {
  /** Rejects with an `MlflowError` for files of this machine, and with Node's error for the connection. */
  readonly exchange: (outgoing: Outgoing) => Promise<Answer>;
  /** Closes idle connections. */
  readonly close: () => void;
}

export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/** The server had closed the kept connection before it read the request. */
export class StaleConnectionError extends Error {
  override readonly name = 'StaleConnectionError';
}

const ERROR_PAGE_BYTES = 100_000;

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
      for (const { freeSockets } of [http[0], https[0]])
        for (const socket of Object.values(freeSockets).flat()) socket?.destroy();
    },
  };
}

function exchange(outgoing: Outgoing, pool: RequestOptions): Promise<Answer> {
  const { method, url, body, into, timeoutMs, signal } = outgoing;
  const length = body === undefined ? undefined : 'file' in body ? body.size : body.bytes.length;
  const headers = { ...outgoing.headers, ...(length !== undefined && { 'Content-Length': String(length) }) };
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const request = send(url, { ...pool, method, headers, timeout: timeoutMs });
    let answer: IncomingMessage | undefined;
    let why: Error | undefined;
    const giveUp = (reason: Error): void => {
      why ??= reason;
      if (answer !== undefined) answer.destroy();
      else {
        // At once: a request that waits for a connection says nothing when it is destroyed.
        reject(reason);
        request.destroy();
      }
    };
    const onAbort = (): void => giveUp(new Error('aborted', { cause: signal?.reason }));
    signal?.addEventListener('abort', onAbort, { once: true });
    request.on('close', () => signal?.removeEventListener('abort', onAbort));
    request.on('timeout', () => giveUp(new TimeoutError(`nothing was heard for ${timeoutMs / 1000} s`)));
    request.on('error', (error: Error & { code?: string }) => {
      const stale = request.reusedSocket && /^(ECONNRESET|EPIPE)$/.test(error.code ?? '');
      // The answer has its own errors; one to what is still being sent is an answer.
      if (answer === undefined)
        reject(stale ? new StaleConnectionError(error.message, { cause: error }) : error);
    });
    request.on('response', (response) => {
      answer = response;
      collect(response, into).then(
        (whole) => (why === undefined ? resolve(whole) : reject(why)),
        (error: Error) => reject(why ?? error),
      );
    });
    sendBody(request, body, giveUp);
  });
}

function sendBody(request: ClientRequest, body: Body | undefined, giveUp: (error: Error) => void): void {
  if (body === undefined || 'bytes' in body) {
    request.end(body?.bytes);
    return;
  }
  const { file, size } = body;
  const source = createReadStream(file, { end: size - 1 });
  source.on('error', (error) => giveUp(invalid(`Cannot read ${file}: ${error.message}`)));
  // The server would wait for the rest of it.
  source.on('end', () => {
    if (source.bytesRead < size) giveUp(invalid(`${file} became shorter while it was sent`));
  });
  pipeline(source, request, () => undefined); // ends one with the other; the errors are told above
}

async function collect(response: IncomingMessage, into: string | undefined): Promise<Answer> {
  const { statusCode: status = 0, headers } = response;
  const ok = status >= 200 && status < 300;
  const file = ok && into !== undefined ? await written(into, open(into, 'w')) : undefined;
  const keep = (chunk: Buffer): unknown =>
    file === undefined ? chunks.push(chunk) : written(into ?? '', file.writeFile(chunk));
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      await keep(chunk);
      bytes += chunk.length;
      if (!ok && bytes > ERROR_PAGE_BYTES) break;
    }
  } finally {
    await file?.close();
  }
  return { status, header: (name) => headers[name]?.toString(), bytes: Buffer.concat(chunks) };
}

async function written<T>(path: string, writing: Promise<T>): Promise<T> {
  try {
    return await writing;
  } catch (cause) {
    throw invalid(`Cannot write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}
