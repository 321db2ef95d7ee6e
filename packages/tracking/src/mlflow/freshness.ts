/** Which runs have something new: a pass reads only journals that have grown, or whose process may have gone. */
import { SAMPLES } from './samples.ts';
import type { RunSource } from './source.ts';
import { JOURNAL_FILE, type SyncedRun } from './sync-run.ts';

interface Seen {
  readonly state: string;
  readonly synced: SyncedRun;
}

export class Freshness {
  readonly #seen = new Map<string, Seen>();

  /** What the run's files look like; undefined where that was sent. */
  async look(run: RunSource): Promise<string | undefined> {
    const files = await run.store.files('');
    const state = files
      .filter(({ name }) => name === JOURNAL_FILE || name === SAMPLES)
      .map(({ name, bytes }) => `${name} ${bytes}`)
      .sort()
      .join(' ');
    if (state === '') return undefined;
    const seen = this.#seen.get(run.name);
    if (seen?.state !== state) return state;
    // Only a run that goes on can come to an end without a word.
    return seen.synced.status === 'RUNNING' && !(await run.active()) ? state : undefined;
  }

  sent(run: RunSource, state: string, synced: SyncedRun): void {
    this.#seen.set(run.name, { state, synced });
  }

  syncedOf(run: RunSource): SyncedRun | undefined {
    return this.#seen.get(run.name)?.synced;
  }

  runIdOf(run: RunSource): string | undefined {
    return this.syncedOf(run)?.runId;
  }
}
