import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, posix } from 'node:path';
import type { ArtifactBody, ArtifactOwner, ArtifactsApi } from './api.ts';
import {
  checkArtifactPath,
  filePath,
  httpPath,
  locateArtifacts,
  type ArtifactLocation,
} from './artifact-location.ts';
import { fields, integer, list, pageToken, text, type Fields } from './decode.ts';
import { MlflowError } from './errors.ts';
import type { Body } from './exchange.ts';
import type { CallOptions } from './options.ts';
import { allPages, type Rest } from './rest.ts';
import type { Transport } from './transport.ts';
import type { ArtifactInfo } from './types.ts';

export function artifactsApi(transport: Transport, rest: Rest): ArtifactsApi {
  const locate = (owner: ArtifactOwner): ArtifactLocation =>
    locateArtifacts(owner.artifactUri, transport.uri);
  const list: ArtifactsApi['list'] = async (owner, folder = '', options = {}) =>
    listFolder({ transport, rest, owner, location: locate(owner), options }, folder);

  return {
    canUpload: (owner) => locate(owner).kind !== 'unsupported',
    list,
    listAll: async (owner, folder = '', options = {}) => listBelow(list, owner, folder, options),
    upload: async (owner, path, body, { check = true, ...options } = {}) => {
      const location = locate(owner);
      const given = await measured(body);
      const bytes = 'bytes' in given ? given.bytes.length : given.size;
      await put(transport, location, checkArtifactPath(path), given, options);
      if (check) {
        const folder = posix.dirname(path).replace(/^\.$/, '');
        const there = (await list(owner, folder, options)).find((entry) => entry.path === path);
        if (there?.bytes !== bytes) throw incomplete(path, bytes, there);
      }
      return { path, isFolder: false, bytes };
    },
    download: async (owner, path, options) =>
      download(transport, locate(owner), owner, checkArtifactPath(path), options),
  };
}

async function listBelow(
  list: ArtifactsApi['list'],
  owner: ArtifactOwner,
  folder: string,
  options?: CallOptions,
): Promise<ArtifactInfo[]> {
  const found: ArtifactInfo[] = [];
  for (const entry of await list(owner, folder, options))
    found.push(...(entry.isFolder ? await listBelow(list, owner, entry.path, options) : [entry]));
  return found;
}

interface Listing {
  readonly transport: Transport;
  readonly rest: Rest;
  readonly owner: ArtifactOwner;
  readonly location: ArtifactLocation;
  readonly options: CallOptions;
}

/** A run's list is made by the server wherever the files lie; a model's comes from the proxy, relative to the folder. */
async function listFolder(listing: Listing, folder: string): Promise<ArtifactInfo[]> {
  const { transport, rest, owner, location, options } = listing;
  if (folder !== '') checkArtifactPath(folder);
  const found: ArtifactInfo[] = [];
  if (owner.runId !== undefined) {
    const pages = allPages(async (token) => {
      const query = { run_id: owner.runId, path: folder || undefined, page_token: token };
      const answer = await rest.get('artifacts/list', query, options);
      return { items: list(answer['files']), nextPageToken: pageToken(answer) };
    });
    for await (const file of pages) found.push(decodeFile(file, text(file['path'])));
    return found;
  }
  if (location.kind !== 'http') throw unsupported(location, 'list');
  const query = { path: [location.base, folder].filter(Boolean).join('/') };
  const answer = fields(
    await transport.json({ method: 'GET', path: location.root, query, signal: options.signal }),
  );
  return list(answer['files']).map((file) => decodeFile(file, posix.join(folder, text(file['path']))));
}

function decodeFile(file: Fields, path: string): ArtifactInfo {
  const isFolder = file['is_dir'] === true;
  // Of an empty file the size is left out, as protobuf leaves out zeros.
  return { path, isFolder, bytes: isFolder ? undefined : (integer(file['file_size']) ?? 0) };
}

async function measured(body: ArtifactBody): Promise<Body> {
  if (typeof body === 'string') return { bytes: Buffer.from(body) };
  if (body instanceof Uint8Array) return { bytes: body };
  return { file: body.file, size: (await stat(body.file)).size };
}

async function put(
  transport: Transport,
  location: ArtifactLocation,
  path: string,
  body: Body,
  options: CallOptions,
): Promise<void> {
  if (location.kind === 'http') {
    const url = `${location.root}/${httpPath(location.base, path)}`;
    await transport.send({ method: 'PUT', path: url, body, signal: options.signal });
  } else if (location.kind === 'file') {
    const target = filePath(location.folder, path);
    await mkdir(dirname(target), { recursive: true });
    const partial = `${target}.${randomUUID()}.partial`;
    try {
      await ('bytes' in body ? writeFile(partial, body.bytes) : copyFile(body.file, partial));
      await rename(partial, target);
    } finally {
      await rm(partial, { force: true });
    }
  } else throw unsupported(location, 'upload');
}

async function download(
  transport: Transport,
  location: ArtifactLocation,
  owner: ArtifactOwner,
  path: string,
  options: CallOptions = {},
): Promise<Uint8Array> {
  const { signal } = options;
  const throughRun = (runId: string): Promise<Buffer> =>
    transport.send({ method: 'GET', path: '/get-artifact', query: { run_uuid: runId, path }, signal });
  if (location.kind === 'http') {
    // MLflow 2 puts the name into a header as it is, and hangs up where it is not Latin-1.
    if (owner.runId !== undefined && /[^\u0020-\u00ff]/.test(path)) return throughRun(owner.runId);
    const url = `${location.root}/${httpPath(location.base, path)}`;
    return transport.send({ method: 'GET', path: url, signal });
  }
  if (location.kind === 'file') return readFile(filePath(location.folder, path));
  // The server has the credentials that we have not.
  if (owner.runId === undefined) throw unsupported(location, 'download');
  return throughRun(owner.runId);
}

function incomplete(path: string, bytes: number, there: ArtifactInfo | undefined): MlflowError {
  const found =
    there === undefined ? 'is not there' : there.isFolder ? 'is a folder' : `has ${there.bytes} bytes`;
  return new MlflowError(`${path} ${found} on the server after ${bytes} bytes were sent`, {
    errorCode: 'UPLOAD_INCOMPLETE',
    retryable: true,
    hint: 'Is the disk of the server full, or does a proxy cut what passes?',
  });
}

function unsupported(location: ArtifactLocation, what: string): MlflowError {
  const why = location.kind === 'unsupported' ? location.why : 'the server lists the artifacts of runs only';
  return new MlflowError(`Cannot ${what} artifacts here: ${why}`, {
    errorCode: 'UNSUPPORTED_URI',
    hint: 'Start the server with --serve-artifacts (the default), so that artifacts pass through it.',
  });
}
