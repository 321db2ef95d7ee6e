import type { PlannedRoute, PlannedRun } from '@cairn/engine';
import type { OpenedStudy } from './open-study.ts';
import type { StudyStatus } from './status.ts';

/** What is left to do. */
export interface Due {
  readonly routes: readonly PlannedRoute[];
  readonly runs: readonly PlannedRun[];
  /** That the runs train on. */
  readonly images: number;
}

export function dueOf({ plan }: Pick<OpenedStudy, 'plan'>, status: StudyStatus): Due {
  const routes = plan.routes.filter(({ id }) => status.routes.get(id)?.state !== 'reused');
  const runs = plan.runs.filter(({ id }) => status.runs.get(id)?.state !== 'reused');
  return { routes, runs, images: runs.reduce((sum, r) => sum + r.images, 0) };
}

/** Ids of the due teachers that a run waits for. */
export function teachersOf(run: PlannedRun, { routes }: Pick<Due, 'routes'>): readonly string[] {
  const taught = [run.routeId, run.foreignRouteId];
  return routes.filter((route) => taught.includes(route.routeId)).map((route) => route.id);
}
