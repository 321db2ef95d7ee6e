/** What a study hands to its worker processes: the plan, whole, in one file. */
import { RunError, type Store } from '@cairn/core';
import type { Plan } from '@cairn/engine';
import type { Declared } from './declaration.ts';
import type { Provenance } from './provenance.ts';

export interface WorkFile {
  readonly version: 1;
  readonly profile: string;
  readonly backend: string;
  readonly plan: Plan;
  readonly checkpointSeconds: number;
  /** Bytes that the cache of teachers' outputs may have. @default 4 GB */
  readonly cacheLimit?: number;
  /** Ids of the runs that are to be trained: what of a teacher's outputs is asked for again. @default all */
  readonly due?: readonly string[];
  /** Of the study's own journal: its runs are children of it. */
  readonly parentUid?: string;
  /** Of the command that wrote it. */
  readonly provenance?: Provenance;
  /** What was declared before the first student, and each change of it: `study.json`. */
  readonly declared?: readonly Declared[];
}

export const WORK_FILE = 'plan.json';

/** Where a plan stays when another one follows: runs name theirs. */
export function keptPlan(hash: string): string {
  return `plans/${hash}.json`;
}

export async function writeWork(store: Store, work: WorkFile): Promise<void> {
  const bytes = new TextEncoder().encode(`${JSON.stringify(work, undefined, 1)}\n`);
  if (work.provenance !== undefined) await store.write(keptPlan(work.provenance.plan), bytes);
  await store.write(WORK_FILE, bytes);
}

/** @throws CAIRN_PLAN_MISSING, CAIRN_PLAN_DAMAGED */
export async function readWork(store: Store, path = WORK_FILE): Promise<WorkFile> {
  const bytes = await store.read(path);
  const file = `${store.location}/${path}`;
  const fix = 'run the study again: it writes the file anew';
  if (bytes === undefined) throw new RunError('CAIRN_PLAN_MISSING', `no ${file}`, { fix });
  try {
    const work = JSON.parse(new TextDecoder().decode(bytes)) as WorkFile;
    if (work.version === 1) return work;
    throw new RunError('CAIRN_PLAN_DAMAGED', `${file} has version ${String(work.version)}`, { fix });
  } catch (cause) {
    if (cause instanceof RunError) throw cause;
    throw new RunError('CAIRN_PLAN_DAMAGED', `${file} is no JSON`, { fix, cause });
  }
}
