/** What a study hands to its worker processes: the plan, whole, in one file. */
import { RunError, type Store } from '@cairn/core';
import type { Plan } from '@cairn/engine';

export interface WorkFile {
  readonly version: 1;
  readonly profile: string;
  readonly backend: string;
  readonly plan: Plan;
  readonly checkpointSeconds: number;
}

export const WORK_FILE = 'plan.json';

export async function writeWork(store: Store, work: WorkFile): Promise<void> {
  await store.write(WORK_FILE, new TextEncoder().encode(`${JSON.stringify(work, undefined, 1)}\n`));
}

/** @throws CAIRN_PLAN_MISSING, CAIRN_PLAN_DAMAGED */
export async function readWork(store: Store): Promise<WorkFile> {
  const bytes = await store.read(WORK_FILE);
  const file = `${store.location}/${WORK_FILE}`;
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
