/** What is among the artifacts of a run or a model. */
import { posix } from 'node:path';
import type { ArtifactOwner } from './api.ts';
import { checkArtifactPath, type ArtifactLocation } from './artifact-location.ts';
import { fields, integer, list, pageToken, text, type Fields } from './decode.ts';
import { MlflowError } from './errors.ts';
import type { CallOptions } from './options.ts';
import { allPages, type Rest } from './rest.ts';
import type { Transport } from './transport.ts';
import type { ArtifactInfo } from './types.ts';

export interface Place {
  readonly transport: Transport;
  readonly rest: Rest;
  readonly owner: ArtifactOwner;
  readonly location: ArtifactLocation;
}

export async function listBelow(
  place: Place,
  folder: string,
  options?: CallOptions,
): Promise<ArtifactInfo[]> {
  const all: ArtifactInfo[] = [];
  for (const entry of await listFolder(place, folder, options))
    all.push(...(entry.isFolder ? await listBelow(place, entry.path, options) : [entry]));
  return all;
}

/** A run's list is made by the server wherever the files lie; a model's comes from the proxy, relative to the folder. */
export async function listFolder(
  place: Place,
  folder: string,
  options: CallOptions = {},
): Promise<ArtifactInfo[]> {
  const { transport, rest, owner, location } = place;
  if (folder !== '') checkArtifactPath(folder);
  if (owner.runId !== undefined) {
    const files: ArtifactInfo[] = [];
    const pages = allPages(async (token) => {
      const query = { run_id: owner.runId, path: folder || undefined, page_token: token };
      const answer = await rest.get('artifacts/list', query, options);
      return { items: list(answer['files']), nextPageToken: pageToken(answer) };
    });
    for await (const file of pages) files.push(decodeFile(file, text(file['path'])));
    return files;
  }
  if (location.kind !== 'http') throw unsupported(location, 'list');
  const query = { path: [location.base, folder].filter(Boolean).join('/') };
  const { signal } = options;
  const answer = fields(await transport.json({ method: 'GET', path: location.root, query, signal }));
  return list(answer['files']).map((file) => decodeFile(file, posix.join(folder, text(file['path']))));
}

function decodeFile(file: Fields, path: string): ArtifactInfo {
  const isFolder = file['is_dir'] === true;
  // Of an empty file the size is left out, as protobuf leaves out zeros.
  return { path, isFolder, bytes: isFolder ? undefined : (integer(file['file_size']) ?? 0) };
}

export function canList({ location, owner }: Place): boolean {
  return location.kind === 'http' || owner.runId !== undefined;
}

export async function find(
  place: Place,
  path: string,
  options: CallOptions,
): Promise<ArtifactInfo | undefined> {
  const folder = posix.dirname(path).replace(/^\.$/, '');
  return (await listFolder(place, folder, options)).find((entry) => entry.path === path);
}

export function unsupported(location: ArtifactLocation, what: string): MlflowError {
  const why = location.kind === 'unsupported' ? location.why : 'the server lists the artifacts of runs only';
  return new MlflowError(`Cannot ${what} artifacts here: ${why}`, {
    errorCode: 'UNSUPPORTED_URI',
    hint: 'Start the server with --serve-artifacts (the default), so that artifacts pass through it.',
  });
}
