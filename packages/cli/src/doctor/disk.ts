import { mkdtemp, rmdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StoredFile } from '@cairn/core';
import { systemCode } from '../files/file-error.ts';
import { size } from '../terminal/format.ts';
import type { Finding } from './finding.ts';

/** Below this a study may not fit: routes and checkpoints of small networks take some hundred megabytes. */
const ENOUGH_BYTES = 2e9;

/** Whether results can be written, and how much fits. */
export async function homeFindings(home: string): Promise<Finding[]> {
  const place = await nearestFolder(home);
  return [await writable(home, place), await space(place)];
}

async function writable(home: string, place: string): Promise<Finding> {
  try {
    await rmdir(await mkdtemp(join(place, '.cairn-doctor-')));
    return { topic: 'results', state: 'ok', text: home };
  } catch (error) {
    const text = `${home} cannot be written: ${error instanceof Error ? error.message : String(error)}`;
    const mend = ['make it writable, or CAIRN_HOME=<another folder>'];
    return { topic: 'results', state: 'problem', text, mend };
  }
}

async function space(place: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(place);
  const free = bavail * bsize;
  const text = `${(free / 1e9).toFixed(1)} GB free`;
  if (free >= ENOUGH_BYTES) return { topic: 'disk', state: 'ok', text };
  const mend = ['make room (2 GB or more), or CAIRN_HOME=<another folder>'];
  return { topic: 'disk', state: 'problem', text, mend };
}

/** What teachers' outputs take of what they may take. */
export function cacheFinding(files: readonly StoredFile[], limit: number): Finding {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const most = limit === 0 ? 'off' : `of at most ${size(limit)} (CAIRN_CACHE_LIMIT)`;
  return { topic: 'cache', state: 'ok', text: `${size(bytes)} of teacher outputs, ${most}` };
}

/** The folder itself, or the first one above it that exists. */
async function nearestFolder(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch (error) {
    const parent = dirname(path);
    // Below a file there is nothing either: that it cannot be written is found there.
    const missing = ['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '');
    if (!missing || parent === path) throw error;
    return nearestFolder(parent);
  }
}
