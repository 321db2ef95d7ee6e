/** What a study cannot show as it is laid out. It runs all the same; plan, table and report say it. */
import type { Study } from '@cairn/core';
import { within } from './plan-errors.ts';
import type { PlannedRoute, PlannedRun } from './plan.ts';

/** Below this many student seeds no contrast is concluded (methods of `@cairn/report`). */
const FEWEST_SEEDS = 6;

/** A line each. */
export function planWarnings(
  study: Study,
  routes: readonly PlannedRoute[],
  runs: readonly PlannedRun[],
): readonly string[] {
  const alone = Object.keys(study.conditions).filter((name) => needsControl(name, study, routes, runs));
  return [
    ...seedWarning(study),
    ...alone.map(
      (name) => `${name} trains longer than plain distillation and has ${controlText(name, study)}`,
    ),
  ];
}

function seedWarning({ seeds: { length }, primary }: Study): string[] {
  if (length === 1) {
    return ['one seed: nothing is known of the spread, so no difference can be told from chance'];
  }
  if (length >= FEWEST_SEEDS || primary.length === 0) return [];
  return [
    `${length} seeds: this cannot conclude on its primary contrasts, which takes ${FEWEST_SEEDS} at least`,
  ];
}

function controlText(name: string, { conditions }: Study): string {
  const { control } = conditions[name] ?? {};
  return control === undefined
    ? 'no control of equal cost, such as kd-restarts as long as it'
    : `a control of another length, ${control}`;
}

/** Whether a condition learns from earlier anchors for longer than one training, against nothing as long. */
function needsControl(
  name: string,
  study: Study,
  routes: readonly PlannedRoute[],
  runs: readonly PlannedRun[],
): boolean {
  const own = runs.filter((run) => run.condition === name);
  const { control } = study.conditions[name] ?? {};
  return own.some((run) => {
    // What copies the length of another condition is a control itself.
    if (Object.keys(run.copies).length > 0) return false;
    if (!learnsFromRoute(run, routes) || !isLonger(run, study)) return false;
    const twin = runs.find(
      (r) => r.condition === control && r.seed === run.seed && r.teacherSeed === run.teacherSeed,
    );
    return twin === undefined || !isAsLong(twin, run);
  });
}

/** Whether earlier states of a teacher than the converged one teach it, or may. */
function learnsFromRoute({ outline, routeId, spec }: PlannedRun, routes: readonly PlannedRoute[]): boolean {
  const converged = routes.find((r) => r.routeId === routeId)?.expected.anchors.at(-1)?.id;
  if (outline.anchors !== undefined) return outline.anchors.some((id) => id !== converged);
  return within(spec.curriculum.options, 'anchor-policy').length > 0;
}

function isLonger({ outline }: PlannedRun, { student }: Study): boolean {
  return epochsOf(outline.epochs) > student.training.epochs + 1e-9;
}

/** Where a length is a bound, one of the two must copy the other. */
function isAsLong(control: PlannedRun, run: PlannedRun): boolean {
  const copied =
    Object.values(control.copies).includes(run.id) || Object.values(run.copies).includes(control.id);
  if (copied) return true;
  const exact = control.outline.exact && run.outline.exact;
  return exact && Math.abs(epochsOf(control.outline.epochs) - epochsOf(run.outline.epochs)) < 1e-6;
}

function epochsOf(lengths: readonly number[]): number {
  return lengths.reduce((a, b) => a + b, 0);
}
