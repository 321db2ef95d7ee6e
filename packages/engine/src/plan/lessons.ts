/** Who teaches what when, as far as a plan knows it: which of a teacher's outputs are asked for more than once. */
import { canonicalJson, type AnchorId, type ViewAddress } from '@cairn/core';
import { viewAddress } from '../data/views.ts';
import type { Lesson } from '../loop/types.ts';
import type { Plan, PlannedRun } from './plan.ts';

/** An epoch of a student's life that belongs to the same anchors as a whole. */
export interface TaughtEpoch {
  readonly anchors: readonly AnchorId[];
  readonly view: ViewAddress;
}

/** Lengths are sums of fractions: so much of an epoch is none. */
const NOTHING = 1e-6;

/** The epochs of a run in order; undefined where its anchors are not known before it runs. */
export function taughtEpochs({ outline, spec, foreignRouteId }: PlannedRun): readonly TaughtEpoch[] | undefined {
  const { epochs: lengths, anchors, teachers = [] } = outline;
  if (anchors === undefined || foreignRouteId !== undefined) return undefined;
  const taught: TaughtEpoch[] = [];
  let [begin, place] = [0, 0];
  lengths.forEach((length, stage) => {
    const group = anchors.slice(place, (place += teachers[stage] ?? 1));
    const end = begin + length;
    for (let epoch = Math.ceil(begin - NOTHING) + 1; epoch <= end + NOTHING; epoch++) {
      taught.push({ anchors: group, view: viewAddress(spec, epoch) });
    }
    begin = end;
  });
  return taught;
}

/** What a run's guides are asked for, epoch by epoch. */
export function lessonsOf(run: PlannedRun): readonly (readonly Lesson[])[] | undefined {
  const names = Object.keys(run.guide?.outputs ?? {});
  return taughtEpochs(run)?.map((epoch) =>
    names.map((output) => ({ routeId: run.routeId, output, ...epoch })),
  );
}

/**
 * Whether an output of a run's guides is worth a file: another epoch of the runs that are due asks for it, or may.
 * With fresh views a policy that looks at the student is not expected at an epoch and an anchor that others plan for.
 * @param due ids of runs that are to be trained
 */
export function sharedLessons(
  { runs }: Pick<Plan, 'runs'>,
  due: ReadonlySet<string>,
): (run: PlannedRun) => (lesson: Lesson) => boolean {
  const taught = runs.filter((run) => due.has(run.id) && run.guide !== undefined);
  const free = taught.filter((run) => taughtEpochs(run) === undefined);
  const asked = new Map<string, number>();
  for (const lesson of taught.flatMap((run) => lessonsOf(run)?.flat() ?? [])) {
    asked.set(canonicalJson(lesson), (asked.get(canonicalJson(lesson)) ?? 0) + 1);
  }
  return (run) => {
    const isFree = taughtEpochs(run) === undefined;
    const { views = Infinity } = run.spec.augmentation ?? {};
    const comesRound = run.outline.epochs.reduce((a, b) => a + b, 0) > views;
    return (lesson) => {
      const times = asked.get(canonicalJson(lesson)) ?? 0;
      const isBank = 'bank' in lesson.view;
      const others = free.some(
        (other) =>
          other.id !== run.id &&
          [other.routeId, other.foreignRouteId].includes(lesson.routeId) &&
          (isBank || other.seed === run.seed),
      );
      if (!isFree) return times > 1 || (isBank && others);
      return times > 0 || others || (isBank && comesRound);
    };
  };
}
