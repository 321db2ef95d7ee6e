/** What is there already: which routes and runs are reused, which go on, which begin, and why. */
import { CHECKPOINT, type PlannedRoute, type PlannedRun } from '@cairn/engine';
import { openRoute } from '@cairn/route';
import { loadJournal } from '@cairn/tracking';
import { NodeStore } from '../files/index.ts';
import { percent } from '../format.ts';
import { finishedRun } from './finished.ts';
import { JOURNAL } from './header.ts';
import type { OpenedStudy } from './open-study.ts';

export type State = 'reused' | 'continues' | 'new' | 'changed';

export interface Status {
  readonly state: State;
  /** Why, or what it reached. */
  readonly text: string;
}

export interface StudyStatus {
  readonly routes: ReadonlyMap<string, Status>;
  readonly runs: ReadonlyMap<string, Status>;
}

/** What the states are read from: no data, no backend. */
type Stored = Pick<OpenedStudy, 'plan' | 'places' | 'store'>;

/** @param fresh finished runs count as not there; routes do not */
export async function studyStatus(opened: Stored, fresh: boolean): Promise<StudyStatus> {
  const routes = new Map<string, Status>();
  for (const route of opened.plan.routes) routes.set(route.id, await routeStatus(opened, route));
  const runs = new Map<string, Status>();
  for (const run of opened.plan.runs) runs.set(run.id, await runStatus(opened, run, fresh));
  return { routes, runs };
}

async function routeStatus({ places }: Stored, route: PlannedRoute): Promise<Status> {
  const found = await openRoute(places.routes, route.routeId, route.recorder);
  const store = new NodeStore(`${places.routes.location}/${route.routeId}`);
  if (route.given === true && (await finishedRun(store, route.routeId)) === undefined) {
    return { state: 'new', text: 'given; to be measured' };
  }
  if (found.manifest !== undefined) {
    const top1 = found.manifest.anchors.at(-1)?.metrics['val/top1'];
    return { state: 'reused', text: `${found.manifest.anchors.length} anchors, val ${percent(top1)}` };
  }
  const begun = (await places.routes.read(`${route.routeId}/${CHECKPOINT}`)) !== undefined;
  return { state: begun ? 'continues' : 'new', text: found.reason };
}

async function runStatus({ store }: Stored, run: PlannedRun, fresh: boolean): Promise<Status> {
  const folder = new NodeStore(`${store.location}/${run.id}`);
  const journal = await loadJournal(folder, JOURNAL);
  if (journal?.start === undefined) return { state: 'new', text: 'not run yet' };
  if (fresh) return { state: 'changed', text: '--fresh' };
  if (journal.start.tags['cairn.config'] !== run.hash) {
    return { state: 'changed', text: 'its configuration, route or data changed since' };
  }
  const finished = await finishedRun(folder, run.hash);
  if (finished === undefined) return { state: 'continues', text: 'not finished' };
  return { state: 'reused', text: `test ${percent(finished.result.last['test/top1'])}` };
}
