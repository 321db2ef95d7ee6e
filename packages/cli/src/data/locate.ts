/** Finds a data set's files below the roots, and reads them with their checksums. Nothing is written here. */
import { join } from 'node:path';
import { stat } from 'node:fs/promises';
import type { DataFile, DataSource } from '@cairn/core';
import { fileError, systemCode } from '../files/index.ts';
import { damagedError, fetchCommand, missingError } from './data-errors.ts';
import { measure, type FileState } from './measure.ts';

/**
 * Folders in which data sets lie, searched in order: those of `CAIRN_DATA`, which are only read, and last Cairn's
 * own, which receives what is downloaded or unpacked.
 */
export type DataRoots = readonly string[];

export function ownRoot(roots: DataRoots): string {
  const own = roots.at(-1);
  if (own === undefined) throw new RangeError('roots: got none; at least the folder of downloaded data');
  return own;
}

/** One declared file: the first that has its name, or none. */
export interface Located {
  readonly file: DataFile;
  readonly path: string | undefined;
}

/** `<root>/<folder>/<name>` of any root, then `<root>/<name>`. */
export function findFiles(source: DataSource, roots: DataRoots): Promise<Located[]> {
  return Promise.all(
    source.files.map(async (file) => ({
      file,
      path: await firstFile([
        ...roots.map((root) => join(root, source.folder, file.name)),
        ...roots.map((root) => join(root, file.name)),
      ]),
    })),
  );
}

/** The source's archive, where it lies in a root. */
export function findArchive({ archive, folder }: DataSource, roots: DataRoots): Promise<string | undefined> {
  return firstFile(roots.flatMap((root) => [join(root, archive.name), join(root, folder, archive.name)]));
}

async function firstFile(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    try {
      if ((await stat(path)).isFile()) return path;
    } catch (error) {
      const code = systemCode(error);
      if (code !== 'ENOENT' && code !== 'ENOTDIR') throw fileError('read', path, error);
    }
  }
  return undefined;
}

/**
 * The bytes of all files of a source, by name, each held against its size and checksum.
 * @throws CAIRN_DATA_MISSING, CAIRN_DATA_SIZE, CAIRN_DATA_CHECKSUM
 */
export async function locate(source: DataSource, roots: DataRoots): Promise<Map<string, Uint8Array>> {
  const found = await findFiles(source, roots);
  const missing = found.filter((f) => f.path === undefined).map((f) => f.file);
  if (missing.length > 0) throw missingError(source, missing, roots);
  const contents = new Map<string, Uint8Array>();
  for (const { file, path = '' } of found) {
    const bytes = new Uint8Array(file.bytes);
    const result = await measure(path, file, bytes);
    if (result.state === 'missing') throw missingError(source, [file], roots);
    if (result.state !== 'good') throw fileDamaged(source, roots, path, file, result);
    contents.set(file.name, bytes);
  }
  return contents;
}

/** Cairn replaces what is its own; a folder that it only reads is the user's to mend. */
export function fileDamaged(
  source: DataSource,
  roots: DataRoots,
  path: string,
  file: DataFile,
  found: Exclude<FileState, { state: 'good' | 'missing' }>,
): Error {
  const own = path === join(ownRoot(roots), source.folder, file.name);
  const fix = own
    ? `${fetchCommand(source)} replaces it`
    : `replace this file, or remove it and run ${fetchCommand(source)}`;
  return damagedError(source, path, file, found, fix);
}
