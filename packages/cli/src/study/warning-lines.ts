import { begunStudents, readStudyRecord, studyFlags } from './declaration.ts';
import type { OpenedStudy } from './open-study.ts';
import type { StudyStatus } from './status.ts';

type Stored = Pick<OpenedStudy, 'plan' | 'study' | 'store'>;

/** What a study cannot show, and what a reader must know of how it came about. */
export async function studyWarnings({ plan, study, store }: Stored, status: StudyStatus): Promise<string[]> {
  const flags = studyFlags(await readStudyRecord(store), study, begunStudents(status));
  // A plan of an older Cairn has none.
  const { warnings = [] } = plan as Partial<typeof plan>;
  return [...warnings, ...flags];
}

/** For the head of a run or a plan. */
export async function warningLines(stored: Stored, status: StudyStatus): Promise<string[]> {
  return (await studyWarnings(stored, status)).map((text) => `warn   ${text}`);
}
