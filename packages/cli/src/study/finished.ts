import type { Store } from '@cairn/core';
import type { RunResult } from '@cairn/engine';
import { loadJournal, type JournalView } from '@cairn/tracking';
import { JOURNAL } from './header.ts';

export interface FinishedRun {
  readonly result: RunResult;
  readonly journal: JournalView;
}

/** A run that ended well with this configuration; else undefined. @throws CAIRN_JOURNAL_… */
export async function finishedRun(store: Store, hash: string): Promise<FinishedRun | undefined> {
  const journal = await loadJournal(store, JOURNAL);
  if (journal?.start?.tags['cairn.config'] !== hash || journal.end?.status !== 'FINISHED') return undefined;
  const result = journal.results.at(-1);
  return result === undefined ? undefined : { result: result as unknown as RunResult, journal };
}
