/** Brings a data set into Cairn's own folder: out of an archive that lies in a root, else from the official address. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError, type DataSource } from '@cairn/core';
import { fileError } from '../files/index.ts';
import { damagedError, fetchCommand } from './data-errors.ts';
import { download } from './download.ts';
import { fileDamaged, findArchive, findFiles, ownRoot, type DataRoots, type Located } from './locate.ts';
import { measure, type FileState } from './measure.ts';
import { unpackArchive } from './unpack.ts';

/** How far a fetch has come. Called often: once per piece that arrives. */
export interface FetchProgress {
  /** The data set's id. */
  readonly id: string;
  readonly step: 'download' | 'check' | 'unpack';
  /** Bytes, of the packed archive. */
  readonly done: number;
  readonly total: number;
}

export interface FetchOptions {
  readonly progress?: (progress: FetchProgress) => void;
  /** Stops a download; what arrived is kept. */
  readonly signal?: AbortSignal;
}

/** A declared file and what was found of it. */
export type CheckedFile = Located & { readonly found: FileState };

/** Where each file lies and whether it is the one declared. Reads all of it, changes nothing, throws nothing of `CAIRN_DATA_…`. */
export async function checkSource(source: DataSource, roots: DataRoots): Promise<readonly CheckedFile[]> {
  const checked: CheckedFile[] = [];
  for (const located of await findFiles(source, roots)) {
    const { path, file } = located;
    checked.push({
      ...located,
      found: path === undefined ? { state: 'missing' } : await measure(path, file),
    });
  }
  return checked;
}

/**
 * Makes sure that every file of a source lies in a root. What is missing, or damaged in Cairn's own folder, is unpacked
 * or downloaded; a damaged file in a folder of the user's is refused.
 * @returns whether anything was done
 * @throws CAIRN_DATA_UNREACHABLE, CAIRN_DATA_SIZE, CAIRN_DATA_CHECKSUM, CAIRN_DATA_ARCHIVE, CAIRN_FILE_…
 */
export async function fetchSource(
  source: DataSource,
  roots: DataRoots,
  options: FetchOptions = {},
): Promise<boolean> {
  const own = ownRoot(roots);
  let complete = true;
  for (const { path, file, found } of await checkSource(source, roots)) {
    if (found.state === 'good') continue;
    complete = false;
    const replaceable = path === undefined || path === join(own, source.folder, file.name);
    if (!replaceable && found.state !== 'missing') throw fileDamaged(source, roots, path, file, found);
  }
  if (complete) return false;
  if (!(await unpackLying(source, roots, options))) await fetchArchive(source, own, options);
  return true;
}

/**
 * Unpacks the source's archive if it lies in a root.
 * @returns whether it does
 * @throws CAIRN_DATA_SIZE, CAIRN_DATA_CHECKSUM, CAIRN_DATA_ARCHIVE, CAIRN_FILE_…
 */
export async function unpackLying(
  source: DataSource,
  roots: DataRoots,
  options: FetchOptions = {},
): Promise<boolean> {
  const path = await findArchive(source, roots);
  if (path === undefined) return false;
  const fix = `remove it, then ${fetchCommand(source)}`;
  await checkAndUnpack(path, source, ownRoot(roots), options, fix);
  return true;
}

/**
 * Downloads the archive, checks it, unpacks it into `<own>/<folder>` and removes it. What arrived of a download that
 * broke off is kept as `<archive>.part` and gone on with.
 */
export async function fetchArchive(
  source: DataSource,
  own: string,
  options: FetchOptions = {},
): Promise<void> {
  const { archive, id } = source;
  const part = join(own, `${archive.name}.part`);
  await mkdir(own, { recursive: true }).catch((error: unknown) => {
    throw fileError('write', own, error);
  });
  const { signal } = options;
  await download({
    source,
    own,
    part,
    onBytes: (done) => options.progress?.({ id, step: 'download', done, total: archive.bytes }),
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    await checkAndUnpack(part, source, own, options, `it was removed; ${fetchCommand(source)} begins anew`);
  } catch (error) {
    if (error instanceof DataError) await rm(part);
    throw error;
  }
  await rm(part);
}

async function checkAndUnpack(
  path: string,
  source: DataSource,
  own: string,
  { progress }: FetchOptions,
  fix: string,
): Promise<void> {
  const { archive, id } = source;
  const total = archive.bytes;
  progress?.({ id, step: 'check', done: 0, total });
  const result = await measure(path, archive);
  if (result.state === 'missing') throw fileError('read', path, new Error('it disappeared'));
  if (result.state !== 'good') throw damagedError(source, path, archive, result, fix);
  progress?.({ id, step: 'unpack', done: 0, total });
  await unpackArchive(path, source, own);
  progress?.({ id, step: 'unpack', done: total, total });
}
