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
  const { archive, folder } = source;
  const own = roots.at(-1) ?? '';
  const shared = roots.slice(0, -1).map((root) => `${root}/${folder}/`);
  return new DataError(
    'CAIRN_DATA_MISSING',
    `${source.id}: not found: ${missing.map(described).join(', ')}`,
    {
      fix: [
        fetchCommand(source),
        `or put ${missing.map((f) => f.name).join(', ')} into ${inCairnData(shared, folder)} or ${own}/${folder}/`,
        `or put ${described(archive)} at ${own}/${archive.name}: ${archive.url}`,
      ],
    },
  );
}

/** `train.bin (153,700,000 bytes, md5 6172…)` */
function described({ name, bytes, md5 }: DataFile): string {
  return `${name} (${formatBytes(bytes)}, md5 ${md5})`;
}

/** The folder below `CAIRN_DATA`, which may name several roots or none. */
function inCairnData(folders: readonly string[], folder: string): string {
  return folders.length === 0 ? `CAIRN_DATA/${folder}/` : folders.join(', ');
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
  if (found.state === 'checksum') {
    const message = `${where}: got md5 ${found.md5}, expected ${expected.md5}`;
    return new DataError('CAIRN_DATA_CHECKSUM', message, { fix });
  }
  const got = `${formatBytes(found.bytes)}, md5 ${found.md5}`;
  const message = `${where}: got ${got}; expected ${formatBytes(expected.bytes)}, md5 ${expected.md5}`;
  return new DataError('CAIRN_DATA_SIZE', message, { fix });
}

/** An address that offers a file of another size: none of it was kept, so it has no checksum. */
export function otherSizeError(source: DataSource, bytes: number, fix: readonly string[]): DataError {
  const { archive } = source;
  const expected = `${formatBytes(archive.bytes)}, md5 ${archive.md5}`;
  const message = `${source.id}: ${archive.url}: offers ${formatBytes(bytes)}; expected ${expected}`;
  return new DataError('CAIRN_DATA_SIZE', message, { fix });
}

/** The network, or what answered. `kept` bytes wait for the next attempt. */
export function unreachableError(
  source: DataSource,
  own: string,
  reason: string,
  kept: number,
  cause?: unknown,
): DataError {
  const { archive, folder, files } = source;
  const message = `${source.id}: needs ${files.map((f) => f.name).join(', ')}; ${archive.url}: ${reason}`;
  return new DataError('CAIRN_DATA_UNREACHABLE', message, {
    fix: [
      kept === 0 ? fetchCommand(source) : `${fetchCommand(source)} goes on from ${formatBytes(kept)}`,
      `or put ${described(archive)}, fetched by hand, at ${own}/${archive.name}`,
      `or put ${files.map(described).join(', ')} into CAIRN_DATA/${folder}/ or ${own}/${folder}/`,
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
