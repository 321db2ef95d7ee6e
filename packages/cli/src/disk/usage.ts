import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError, systemCode } from '../files/index.ts';

/** What a folder takes, everything below it included. */
export interface DiskUse {
  readonly bytes: number;
  readonly files: number;
}

/** Nothing where there is no such folder; what vanishes meanwhile is not counted. */
export async function diskUse(folder: string): Promise<DiskUse> {
  let [bytes, files] = [0, 0];
  for (const entry of await entriesIn(folder)) {
    if (!entry.isFile()) continue;
    const size = await sizeOf(join(entry.parentPath, entry.name));
    if (size === undefined) continue;
    bytes += size;
    files++;
  }
  return { bytes, files };
}

async function entriesIn(folder: string) {
  try {
    return await readdir(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw fileError('list', folder, error);
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw fileError('look at', path, error);
  }
}
