import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ArtifactBody, ArtifactOwner, ArtifactsApi, TransferOptions } from './api.ts';
import { canList, find, listBelow, listFolder, unsupported, type Place } from './artifact-list.ts';
import { checkArtifactPath, filePath, httpPath, locateArtifacts } from './artifact-location.ts';
import { invalid, MlflowError } from './errors.ts';
import type { Body } from './exchange.ts';
import type { CallOptions } from './options.ts';
import type { Rest } from './rest.ts';
import type { Transport } from './transport.ts';
import type { ArtifactInfo } from './types.ts';

export function artifactsApi(transport: Transport, rest: Rest): ArtifactsApi {
  const at = (owner: ArtifactOwner): Place => ({
    transport,
    rest,
    owner,
    location: locateArtifacts(owner.artifactUri, transport.uri),
  });
  return {
    canUpload: (owner) => at(owner).location.kind !== 'unsupported',
    list: async (owner, folder = '', options) => listFolder(at(owner), folder, options),
    listAll: async (owner, folder = '', options) => listBelow(at(owner), folder, options),
    upload: async (owner, path, body, options) => upload(at(owner), checkArtifactPath(path), body, options),
    download: async (owner, path, options) =>
      download(at(owner), checkArtifactPath(path), undefined, options),
    downloadTo: async (owner, path, file, options) =>
      wholeFile(file, (partial) => download(at(owner), checkArtifactPath(path), partial, options)),
  };
}

async function upload(
  place: Place,
  path: string,
  body: ArtifactBody,
  { check = true, signal }: TransferOptions = {},
): Promise<ArtifactInfo> {
  const given = await measured(body);
  const bytes = 'bytes' in given ? given.bytes.length : given.size;
  await put(place, path, given, { signal });
  if (check && canList(place)) {
    const there = await find(place, path, { signal });
    if (there?.bytes !== bytes)
      throw incomplete(`${bytes} bytes of ${path} were sent, ${there?.bytes ?? 'none'} are there`);
  }
  return { path, isFolder: false, bytes };
}

/** Looked up first, since an older server answers 500, which is tried again, to what is not there. */
async function download(
  place: Place,
  path: string,
  into: string | undefined,
  { check = true, signal }: TransferOptions = {},
): Promise<Uint8Array> {
  const checked = check && canList(place);
  const there = checked ? await find(place, path, { signal }) : undefined;
  if (checked && there === undefined)
    throw new MlflowError(`There is no artifact ${path}`, { errorCode: 'RESOURCE_DOES_NOT_EXIST' });
  if (there?.isFolder === true) throw invalid(`The artifact ${path} is a folder`);
  const bytes = await get(place, path, into, { signal });
  const came = into === undefined ? bytes.length : (await stat(into)).size;
  if (checked && there?.bytes !== came)
    throw incomplete(`${came} bytes of ${path} came, ${there?.bytes} are there`);
  return bytes;
}

async function measured(body: ArtifactBody): Promise<Body> {
  if (typeof body === 'string') return { bytes: Buffer.from(body) };
  if (body instanceof Uint8Array) return { bytes: body };
  const { file } = body;
  const found = await onDisk(stat(file));
  if (!found.isFile()) throw invalid(`${file} is not a file`);
  return found.size === 0 ? { bytes: new Uint8Array() } : { file, size: found.size };
}

async function put(
  { transport, location }: Place,
  path: string,
  body: Body,
  options: CallOptions,
): Promise<void> {
  if (location.kind === 'http') {
    const url = `${location.root}/${httpPath(location.base, path)}`;
    // The answer is {} or empty: a page of HTML is none of MLflow.
    await transport.json({ method: 'PUT', path: url, body, signal: options.signal });
  } else if (location.kind === 'file') {
    const target = filePath(location.folder, path);
    await onDisk(mkdir(dirname(target), { recursive: true }));
    await wholeFile(target, (partial) =>
      'bytes' in body ? writeFile(partial, body.bytes) : copyFile(body.file, partial),
    );
  } else throw unsupported(location, 'upload');
}

async function get(
  { transport, location, owner }: Place,
  path: string,
  into: string | undefined,
  { signal }: CallOptions,
): Promise<Uint8Array> {
  const throughRun = (runId: string): Promise<Buffer> =>
    transport.send({ method: 'GET', path: '/get-artifact', query: { run_uuid: runId, path }, into, signal });
  if (location.kind === 'http') {
    // MLflow 2 puts the name into a header as it is, and hangs up where it is not Latin-1.
    if (owner.runId !== undefined && /[^\u0020-\u00ff]/.test(path)) return throughRun(owner.runId);
    const url = `${location.root}/${httpPath(location.base, path)}`;
    return transport.send({ method: 'GET', path: url, into, signal });
  }
  if (location.kind === 'file') {
    const from = filePath(location.folder, path);
    if (into === undefined) return onDisk(readFile(from));
    await onDisk(copyFile(from, into));
    return new Uint8Array();
  }
  // The server has the credentials that we have not.
  if (owner.runId === undefined) throw unsupported(location, 'download');
  return throughRun(owner.runId);
}

/** A file that is there whole or not at all. */
async function wholeFile(file: string, write: (partial: string) => Promise<unknown>): Promise<void> {
  const partial = `${file}.${randomUUID()}.partial`;
  try {
    await onDisk(write(partial));
    await onDisk(rename(partial, file));
  } finally {
    await rm(partial, { force: true });
  }
}

/** Errors of this machine's files as ours. */
async function onDisk<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && 'syscall' in error && 'path' in error) throw invalid(error.message);
    throw error;
  }
}

function incomplete(message: string): MlflowError {
  return new MlflowError(message, {
    errorCode: 'TRANSFER_INCOMPLETE',
    retryable: true,
    hint: 'Is the disk of the server full, does a proxy cut what passes, or is somebody else writing it?',
  });
}
