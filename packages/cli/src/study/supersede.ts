import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeStore } from '../files/index.ts';

/** In a study's folder: runs of another configuration. */
export const SUPERSEDED = 'superseded';

/** Puts a run's folder aside, so that nothing is lost when its place is needed. Returns where it went. */
export async function supersede(study: NodeStore, run: string, now: Date): Promise<string> {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace(/\..*/, '');
  const folder = join(SUPERSEDED, `${run}-${stamp}`);
  await mkdir(join(study.location, SUPERSEDED), { recursive: true });
  await rename(join(study.location, run), join(study.location, folder));
  return folder;
}
