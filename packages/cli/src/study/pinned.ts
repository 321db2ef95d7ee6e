/** The numerics of a study: chosen once, used by every run and resume. */
import { RunError, type Store } from '@cairn/core';

const FILE = 'numerics.json';

export interface Pinned {
  readonly backend: string;
  readonly numerics: string;
}

/** @throws CAIRN_PLAN_DAMAGED */
export async function readPinned(store: Store): Promise<Pinned | undefined> {
  const bytes = await store.read(FILE);
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Pinned;
  } catch (cause) {
    const fix =
      'delete it: the numerics of this machine are then taken, and runs of other numerics train anew';
    throw new RunError('CAIRN_PLAN_DAMAGED', `${store.location}/${FILE} is no JSON`, { fix, cause });
  }
}

export async function writePinned(store: Store, pinned: Pinned): Promise<void> {
  await store.write(FILE, new TextEncoder().encode(`${JSON.stringify(pinned)}\n`));
}
