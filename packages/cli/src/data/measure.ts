import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { DataFile } from '@cairn/core';
import { fileError, systemCode } from '../files/index.ts';

/** What a file is, held against what it should be. */
export type FileState =
  | { readonly state: 'good' }
  | { readonly state: 'missing' }
  | { readonly state: 'size'; readonly bytes: number }
  | { readonly state: 'checksum'; readonly md5: string };

const CHUNK = 1 << 20;

/**
 * Reads a file through once, with size and MD5. Nothing is taken from a stamp or a date: 150 MB take 0.3 s.
 * @param into receives the bytes; `expected.bytes` long
 * @throws CAIRN_FILE_…
 */
export async function measure(
  path: string,
  expected: Pick<DataFile, 'bytes' | 'md5'>,
  into?: Uint8Array,
): Promise<FileState> {
  try {
    await using file = await open(path, 'r');
    const stats = await file.stat();
    if (!stats.isFile()) return { state: 'missing' };
    if (stats.size !== expected.bytes) return { state: 'size', bytes: stats.size };
    const hash = createHash('md5');
    const buffer = into ?? new Uint8Array(Math.min(CHUNK, expected.bytes));
    for (let at = 0; at < expected.bytes;) {
      const offset = into === undefined ? 0 : at;
      const length = Math.min(CHUNK, expected.bytes - at);
      const { bytesRead } = await file.read(buffer, offset, length, at);
      if (bytesRead === 0) return { state: 'size', bytes: at };
      hash.update(buffer.subarray(offset, offset + bytesRead));
      at += bytesRead;
    }
    const md5 = hash.digest('hex');
    return md5 === expected.md5 ? { state: 'good' } : { state: 'checksum', md5 };
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { state: 'missing' };
    throw fileError('read', path, error);
  }
}
