/** One file from one address, over HTTP, into a file that the next attempt goes on with. */
import { open, rm, stat, type FileHandle } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { CairnError, type DataSource } from '@cairn/core';
import { fileError, systemCode } from '../files/index.ts';
import { otherSizeError, unreachableError } from './data-errors.ts';

export interface Download {
  readonly source: DataSource;
  /** The folder that receives the file, for messages. */
  readonly own: string;
  /** Where the bytes go; what lies there already is kept. */
  readonly part: string;
  readonly onBytes: (done: number) => void;
  readonly signal?: AbortSignal;
}

const SILENCE_MS = 60_000;
const REDIRECTS = 5;
/** An attempt that broke off after less than this is not followed by another. */
const WORTH_ANOTHER = 1 << 20;

/**
 * Fills `part` up to the declared size. A connection that breaks off is taken up again as long as it brings something.
 * @throws CAIRN_DATA_UNREACHABLE (the part is kept), CAIRN_DATA_SIZE (the address offers another file), the signal's reason
 */
export async function download(job: Download): Promise<void> {
  const { archive } = job.source;
  let done = await sizeOf(job.part);
  if (done > archive.bytes) {
    await rm(job.part);
    done = 0;
  }
  while (done < archive.bytes) {
    const before = done;
    try {
      await attempt(job, before);
      done = await sizeOf(job.part);
    } catch (error) {
      if (!(error instanceof BrokenOff)) throw error;
      job.signal?.throwIfAborted();
      done = await sizeOf(job.part);
      if (done - before < WORTH_ANOTHER) {
        throw unreachableError(job.source, job.own, error.message, done, error.cause);
      }
    }
  }
}

/** The connection failed or ended early: worth another attempt, unlike an answer that is wrong. */
class BrokenOff extends Error {}

async function attempt(job: Download, from: number): Promise<void> {
  const { archive } = job.source;
  const response = await request(job, from);
  const start = startOf(response, from);
  if (start === undefined) {
    response.destroy();
    // The part does not fit what lies there now: begin anew, without asking for a range.
    if (from > 0 && [206, 416].includes(response.statusCode ?? 0)) return rm(job.part);
    const status = `${response.statusCode ?? 0} ${response.statusMessage ?? ''}`.trim();
    throw unreachableError(job.source, job.own, `answered ${status}`, from);
  }
  const length = Number(response.headers['content-length'] ?? archive.bytes - start);
  if (start + length !== archive.bytes) {
    response.destroy();
    throw otherFile(job, start + length);
  }
  await write(job, response, start);
}

/** Where the body begins: a server may ignore `Range` and begin anew. Undefined for an answer without the file. */
function startOf(response: http.IncomingMessage, from: number): number | undefined {
  if (response.statusCode === 200) return 0;
  const range = /^bytes (\d+)-/.exec(response.headers['content-range'] ?? '')?.[1];
  return response.statusCode === 206 && Number(range) === from ? from : undefined;
}

async function write(job: Download, response: http.IncomingMessage, start: number): Promise<void> {
  const { archive } = job.source;
  await using file = await open(job.part, start === 0 ? 'w' : 'r+').catch((error: unknown) => {
    response.destroy();
    throw fileError('write', job.part, error);
  });
  let at = start;
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      if (at + chunk.length > archive.bytes) throw otherFile(job, at + chunk.length);
      await writeAll(file, chunk, at).catch((error: unknown) => {
        throw fileError('write', job.part, error);
      });
      at += chunk.length;
      job.onBytes(at);
    }
  } catch (error) {
    if (error instanceof CairnError) throw error;
    throw new BrokenOff('the connection broke off', { cause: error });
  }
  if (at < archive.bytes) throw otherFile(job, at);
}

async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }
}

function otherFile(job: Download, bytes: number): Error {
  const { source, own } = job;
  const { name, md5 } = source.archive;
  return otherSizeError(source, bytes, [
    'the address offers another file than the one that is known; nothing was unpacked',
    `put the right one at ${own}/${name} (md5 ${md5})`,
  ]);
}

/**
 * Plain `http`, not `fetch`: `fetch` unpacks a body that a server labels `Content-Encoding: x-gzip`, as some do for
 * every `.gz`, and the checksum is of the packed file.
 */
async function request({ source, own, signal }: Download, from: number): Promise<http.IncomingMessage> {
  let url = new URL(source.archive.url);
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    const response = await answer(url, from, signal);
    const { location } = response.headers;
    if (location === undefined || Math.floor((response.statusCode ?? 0) / 100) !== 3) return response;
    response.destroy();
    const next = new URL(location, url);
    if (url.protocol === 'https:' && next.protocol !== 'https:') {
      throw unreachableError(source, own, `leads to an address without encryption, ${next.href}`, from);
    }
    url = next;
  }
  throw unreachableError(source, own, `more than ${REDIRECTS} redirections`, from);
}

function answer(url: URL, from: number, signal: AbortSignal | undefined): Promise<http.IncomingMessage> {
  const options = {
    headers: { 'accept-encoding': 'identity', ...(from > 0 ? { range: `bytes=${from}-` } : {}) },
    ...(signal === undefined ? {} : { signal }),
  };
  const proxy = { proxyEnv: process.env };
  return new Promise((resolve, reject) => {
    const sent =
      url.protocol === 'http:'
        ? http.get(url, { ...options, agent: new http.Agent(proxy) }, resolve)
        : https.get(url, { ...options, agent: new https.Agent(proxy) }, resolve);
    sent.setTimeout(SILENCE_MS, () => sent.destroy(new Error(`silent for ${SILENCE_MS / 1000} s`)));
    sent.on('error', (error) => reject(brokenOff(error)));
  });
}

function brokenOff(cause: unknown): BrokenOff {
  const text =
    cause instanceof Error && cause.message !== '' ? cause.message : (systemCode(cause) ?? String(cause));
  return new BrokenOff(text, { cause });
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 0;
    throw fileError('read', path, error);
  }
}
