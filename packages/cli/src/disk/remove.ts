/** Removes what nothing refers to, and looks once more before it does. */
import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { RunError } from '@cairn/core';
import { acquireLock, fileError, type OwnerLock } from '../files/index.ts';
import type { Places } from '../study/places.ts';
import { findOrphans, type Orphan } from './orphans.ts';

/**
 * What cannot be removed safely now is left and told.
 * @returns those that are gone
 */
export async function removeOrphans(
  places: Places,
  orphans: readonly Orphan[],
  { command, say }: { readonly command: string; readonly say: (text: string) => void },
): Promise<Orphan[]> {
  const gone: Orphan[] = [];
  for (const orphan of orphans) {
    const reason = await removed(places, orphan, command);
    if (reason === undefined) gone.push(orphan);
    else say(`left ${orphan.name}: ${reason}`);
  }
  return gone;
}

/** Undefined when it is gone; else why it stays. */
async function removed(places: Places, orphan: Orphan, command: string): Promise<string | undefined> {
  const lock = await lockFor(places, orphan, command);
  if (typeof lock === 'string') return lock;
  try {
    // A study may have begun since the list was made, and its plan may want what nothing wanted then.
    const now = await findOrphans(places, orphan.study);
    const shared = orphan.kind === 'route' || orphan.kind === 'cache';
    if (shared && now.busy) return 'a study is at work and may use it';
    if (!now.orphans.some(({ folder }) => folder === orphan.folder)) return 'something refers to it now';
    await removeFolder(orphan.folder, `${places.home.location}/removed`);
    return undefined;
  } finally {
    lock?.release();
  }
}

/** A run is removed under its study's lock; a text where somebody has it. */
async function lockFor(
  places: Places,
  { study }: Orphan,
  command: string,
): Promise<OwnerLock | string | undefined> {
  if (study === undefined) return undefined;
  try {
    return await acquireLock(`${places.runs.location}/${study}/owner.lock`, {
      what: `study ${study}`,
      command,
    });
  } catch (error) {
    if (!(error instanceof RunError) || error.code !== 'CAIRN_STUDY_LOCKED') throw error;
    return 'its study is at work';
  }
}

/** Out of the way in one step, so that nobody finds half of it. */
async function removeFolder(folder: string, bin: string): Promise<void> {
  try {
    await mkdir(bin, { recursive: true });
    await rename(folder, `${bin}/${randomUUID()}`);
    // With what an earlier command did not come to.
    await rm(bin, { recursive: true, force: true });
  } catch (error) {
    throw fileError('remove', folder, error);
  }
}
