/**
 * `study.json` in a study's folder: what was declared before its first student started, and when its results were
 * looked at. Whoever changes the question afterwards may; it is said wherever results are shown.
 */
import { canonicalJson, contentHash, isRecord, RunError, type Store, type Study } from '@cairn/core';
import type { StudyStatus } from './status.ts';

export const STUDY_FILE = 'study.json';

export interface Declared {
  /** ISO 8601. */
  readonly time: string;
  /** Of the resolved study, its primary contrasts included. */
  readonly hash: string;
  readonly primary: Study['primary'];
  readonly seeds: readonly number[];
  readonly teacherSeeds: readonly number[];
  /** Students that had begun by then. */
  readonly begun: number;
}

export interface Look {
  readonly time: string;
  readonly at: 'table' | 'comparison' | 'mlflow';
  readonly seeds: readonly number[];
  readonly teacherSeeds: readonly number[];
}

export interface StudyRecord {
  readonly version: 1;
  /** The first one, and each change of it. */
  readonly declared: readonly Declared[];
  /** The first look, and each that saw more seeds. */
  readonly looked: readonly Look[];
}

const EMPTY: StudyRecord = { version: 1, declared: [], looked: [] };

/** @throws CAIRN_STUDY_DAMAGED */
export async function readStudyRecord(store: Store): Promise<StudyRecord> {
  const bytes = await store.read(STUDY_FILE);
  if (bytes === undefined) return EMPTY;
  const file = `${store.location}/${STUDY_FILE}`;
  const fix = 'restore it from a copy; without it nobody knows what was declared before the first student';
  try {
    const record = JSON.parse(new TextDecoder().decode(bytes)) as unknown;
    if (isRecord(record) && record['version'] === 1) return record as unknown as StudyRecord;
    throw new RunError('CAIRN_STUDY_DAMAGED', `${file}: got another version`, { fix });
  } catch (cause) {
    if (cause instanceof RunError) throw cause;
    throw new RunError('CAIRN_STUDY_DAMAGED', `${file} is no JSON`, { fix, cause });
  }
}

/** Puts down what is about to be studied, before any student of it starts. Where nothing has changed, nothing is written. */
export async function declareStudy(
  store: Store,
  study: Study,
  status: Pick<StudyStatus, 'runs'>,
  now: Date,
): Promise<StudyRecord> {
  const record = await readStudyRecord(store);
  const begun = begunStudents(status);
  const entry = await declaredAs(study, begun, now);
  if (record.declared.at(-1)?.hash === entry.hash) return record;
  // Until a student has begun a study can still be thought over.
  const declared = begun === 0 ? [entry] : [...record.declared, entry];
  return write(store, { ...record, declared });
}

/** Notes that results were shown: seeds that are added from here on were added by somebody who knew them. */
export async function markLooked(
  store: Store,
  at: Look['at'],
  { seeds, teacherSeeds }: Pick<Look, 'seeds' | 'teacherSeeds'>,
  now: Date,
): Promise<void> {
  const record = await readStudyRecord(store);
  const seen = record.looked.flatMap((look) => look.seeds);
  const seenTeachers = record.looked.flatMap((look) => look.teacherSeeds);
  if (seeds.every((s) => seen.includes(s)) && teacherSeeds.every((s) => seenTeachers.includes(s))) return;
  const look = { time: now.toISOString(), at, seeds, teacherSeeds };
  await write(store, { ...record, looked: [...record.looked, look] });
}

/**
 * What a reader must know of how the study came about, a line each.
 * @param study as it is about to run, or ran
 */
export function studyFlags(
  { declared: [first, ...changes], looked: [look] }: StudyRecord,
  study: Pick<Study, 'primary' | 'seeds' | 'teacherSeeds'>,
  begun: number,
): readonly string[] {
  const flags: string[] = [];
  const { primary } = study;
  if (first !== undefined && canonicalJson(first.primary) !== canonicalJson(primary)) {
    const change = changes.find((c) => canonicalJson(c.primary) === canonicalJson(primary));
    const known = change?.begun ?? begun;
    if (known > 0) flags.push(`the primary contrasts were changed after ${known} students had begun`);
  } else if (first !== undefined && first.begun > 0 && primary.length > 0) {
    flags.push(`the primary contrasts were declared after ${first.begun} students had begun`);
  }
  if (look !== undefined) {
    flags.push(
      ...added('seed', study.seeds, look.seeds),
      ...added('teacher seed', study.teacherSeeds, look.teacherSeeds),
    );
  }
  return flags;
}

/** Students that have begun, whatever became of them. */
export function begunStudents({ runs }: Pick<StudyStatus, 'runs'>): number {
  return [...runs.values()].filter(({ state }) => state !== 'new').length;
}

function added(what: string, now: readonly number[], then: readonly number[]): string[] {
  const more = now.filter((seed) => !then.includes(seed));
  if (more.length === 0) return [];
  const one = more.length === 1;
  return [
    `${what}${one ? '' : 's'} ${more.join(', ')} ${one ? 'was' : 'were'} added after results had been looked at`,
  ];
}

async function declaredAs(study: Study, begun: number, now: Date): Promise<Declared> {
  const { primary, seeds, teacherSeeds } = study;
  return { time: now.toISOString(), hash: await contentHash(study), primary, seeds, teacherSeeds, begun };
}

async function write(store: Store, record: StudyRecord): Promise<StudyRecord> {
  await store.write(STUDY_FILE, new TextEncoder().encode(`${JSON.stringify(record, undefined, 1)}\n`));
  return record;
}
