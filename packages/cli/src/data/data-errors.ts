import { basename } from 'node:path';
import { DataError, type DataFile, type DataSource } from '@cairn/core';
import type { FileState } from './measure.ts';

/** `153,700,000 bytes` */
export function formatBytes(bytes: number): string {
  return `${bytes.toLocaleString('en-US')} bytes`;
}

export function fetchCommand(source: DataSource): string {
  return `npx cairn data fetch ${source.id}`;
}

/** Files that lie in no root, with where to put them. */
export function missingError(
  source: DataSource,
  missing: readonly DataFile[],
  roots: readonly string[],
): DataError {
  const list = missing.map((f) => `${f.name} (${formatBytes(f.bytes)}, md5 ${f.md5})`).join(', ');
  return new DataError('CAIRN_DATA_MISSING', `${source.id}: not found: ${list}`, {
    fix: [
      fetchCommand(source),
      `or put them into ${source.folder}/ below one of these, or below CAIRN_DATA: ${roots.join(', ')}`,
      `or put ${source.archive.name} there (md5 ${source.archive.md5}): ${source.archive.url}`,
    ],
  });
}

/** A file that is there, but is not the one declared. */
export function damagedError(
  source: DataSource,
  path: string,
  expected: Pick<DataFile, 'bytes' | 'md5'>,
  found: Exclude<FileState, { state: 'good' | 'missing' }>,
  fix: string | readonly string[],
): DataError {
  const where = `${source.id}: ${path}`;
  if (found.state === 'size') {
    const message = `${where}: got ${formatBytes(found.bytes)}, expected ${formatBytes(expected.bytes)}`;
    return new DataError('CAIRN_DATA_SIZE', message, { fix });
  }
  const message = `${where}: got md5 ${found.md5}, expected ${expected.md5}`;
  return new DataError('CAIRN_DATA_CHECKSUM', message, { fix });
}

/** The network, or what answered. `kept` bytes wait for the next attempt. */
export function unreachableError(
  source: DataSource,
  own: string,
  reason: string,
  kept: number,
  cause?: unknown,
): DataError {
  const { archive } = source;
  return new DataError('CAIRN_DATA_UNREACHABLE', `${source.id}: ${archive.url}: ${reason}`, {
    fix: [
      kept === 0 ? fetchCommand(source) : `${fetchCommand(source)} goes on from ${formatBytes(kept)}`,
      `or fetch it by hand and put it at ${own}/${archive.name} (md5 ${archive.md5})`,
      `or put ${source.files.map((f) => basename(f.name)).join(', ')} into ${own}/${source.folder}/`,
    ],
    cause,
  });
}

/** An archive that does not hold what it should, or holds what it must not. */
export function archiveError(source: DataSource, path: string, what: string, cause?: unknown): DataError {
  return new DataError('CAIRN_DATA_ARCHIVE', `${source.id}: ${path}: ${what}`, {
    fix: 'nothing was unpacked; report it if the archive comes from the official address',
    cause,
  });
}
