/**
 * `journal.jsonl` of a study's folder: the study itself as a run, the parent of its runs. It begins with the first
 * `cairn run`; every later one goes on in it.
 */
import { randomUUID } from 'node:crypto';
import { RunError } from '@cairn/core';
import { Journal } from '@cairn/tracking';
import type { OpenedStudy } from './open-study.ts';
import { JOURNAL } from './header.ts';
import { provenanceTags, type Provenance } from './provenance.ts';
import { version } from '../version.ts';

export interface StudyJournal {
  readonly uid: string;
  /** Says how it ended. A command that is killed leaves no word. */
  end(status: 'FINISHED' | 'FAILED' | 'KILLED'): Promise<void>;
}

/** What a journal is opened for. */
type Opened = Pick<OpenedStudy, 'study' | 'profile' | 'plan' | 'store' | 'backend'>;

/** @param say told where the old one cannot be gone on with: it is put aside, no run depends on it */
export async function beginStudyJournal(
  opened: Opened,
  provenance: Provenance,
  say: (text: string) => void,
): Promise<StudyJournal> {
  const { study, profile } = opened;
  const journal = await openJournal(opened, say);
  const { start } = journal.existing;
  const tags = studyTags(opened, provenance);
  const uid = start?.uid ?? randomUUID();
  if (start === undefined) {
    const name = `${study.id} ${profile}`;
    journal.record({ type: 'run_start', uid, experiment: study.id, name, startTime: Date.now(), tags });
  } else {
    journal.rewindTo(journal.position);
    journal.record({ type: 'tags', tags });
  }
  await journal.flush();
  return {
    uid,
    async end(status) {
      journal.record({ type: 'run_end', status, endTime: Date.now() });
      await journal.flush();
    },
  };
}

async function openJournal({ store }: Opened, say: (text: string) => void): Promise<Journal> {
  try {
    return await Journal.open(store, JOURNAL);
  } catch (error) {
    if (!(error instanceof RunError) || !error.code.startsWith('CAIRN_JOURNAL_')) throw error;
    const stamp = new Date().toISOString().replace(/[-:]/g, '').replace(/\..*/, '');
    const aside = `superseded/${stamp}-${JOURNAL}`;
    await store.write(aside, (await store.read(JOURNAL)) ?? new Uint8Array());
    await store.remove(JOURNAL);
    say(`${error.message}: put aside as ${aside}`);
    return Journal.open(store, JOURNAL);
  }
}

/** Not params: a study may be gone on with, with more seeds. */
function studyTags(
  { study, profile, plan, backend }: Opened,
  provenance: Provenance,
): Record<string, string> {
  return {
    'cairn.study': study.id,
    'cairn.profile': profile,
    'cairn.role': 'study',
    'cairn.backend': backend.id,
    'cairn.numerics': plan.numerics,
    'cairn.version': version,
    'cairn.conditions': Object.keys(study.conditions).join(', '),
    'cairn.seeds': study.seeds.join(', '),
    'cairn.teacher_seeds': study.teacherSeeds.join(', '),
    ...provenanceTags(provenance),
  };
}
