import { canonicalJson } from '@cairn/core';
import { lessonsOf, sharedLessons } from './lessons.ts';
import type { Plan, PlannedRun } from './plan.ts';

/** What the cache of teachers' outputs will do for a study, where it is empty and as large as it needs to be. */
export interface PlannedReuse {
  /** Of all files. */
  readonly bytes: number;
  /** Multiply-adds of guides that are not done, by run. */
  readonly saved: ReadonlyMap<string, number>;
}

/**
 * Goes through the runs in their order. Runs whose anchors are not known beforehand count as if nothing were there
 * for them, so it is at least so much.
 * @param due ids of runs that are to be trained
 */
export function plannedReuse(plan: Pick<Plan, 'runs'>, due: ReadonlySet<string>): PlannedReuse {
  const keeps = sharedLessons(plan, due);
  const kept = new Set<string>();
  const saved = new Map<string, number>();
  let bytes = 0;
  for (const run of plan.runs) {
    const { guide } = run;
    if (guide === undefined || !due.has(run.id)) continue;
    const rows = rowsOf(run);
    const keep = keeps(run);
    let images = 0;
    for (const lessons of lessonsOf(run) ?? []) {
      if (lessons.every((lesson) => kept.has(canonicalJson(lesson)))) {
        // The first batch is held against what the file says.
        images += Math.max(0, rows - run.spec.batch) * (lessons[0]?.anchors.length ?? 0);
        continue;
      }
      for (const lesson of lessons) {
        const name = canonicalJson(lesson);
        if (kept.has(name) || !keep(lesson)) continue;
        kept.add(name);
        bytes += rows * (guide.outputs[lesson.output] ?? 0) * valueBytes(run);
      }
    }
    saved.set(run.id, images * guide.forward);
  }
  return { bytes, saved };
}

function rowsOf({ images, outline }: PlannedRun): number {
  return Math.round(images / outline.epochs.reduce((a, b) => a + b, 0));
}

function valueBytes({ spec }: PlannedRun): number {
  return spec.teacherOutputs === 'float16' ? 2 : 4;
}
