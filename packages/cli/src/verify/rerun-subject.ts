/** What `cairn rerun` was asked about: a finished run or a route that was trained here, with the plan that made it. */
import { RunError, suggestion, UsageError, type Manifest } from '@cairn/core';
import type { PlannedRoute, PlannedRun } from '@cairn/engine';
import { openRoute } from '@cairn/route';
import { loadJournal, type JournalView } from '@cairn/tracking';
import type { Host } from '../command.ts';
import { NodeStore } from '../files/index.ts';
import { JOURNAL } from '../study/header.ts';
import { placesIn } from '../study/places.ts';
import { runNames } from '../study/run-names.ts';
import { keptPlan, readWork, WORK_FILE, type WorkFile } from '../study/work-file.ts';

export type RerunSubject = {
  /** For people: the run, or `route <id>`. */
  readonly name: string;
  readonly journal: JournalView;
  readonly work: WorkFile;
  /** The folder of the study that made it, and its own. */
  readonly study: NodeStore;
  readonly folder: NodeStore;
} & ({ readonly run: PlannedRun } | { readonly route: PlannedRoute; readonly manifest: Manifest });

/**
 * @param name `study/profile/run`, or a route's id or the beginning of it
 * @throws CAIRN_RUN_UNKNOWN, CAIRN_RUN_UNFINISHED, CAIRN_ROUTE_GIVEN, CAIRN_PLAN_MISSING
 */
export async function rerunSubject(host: Host, name: string): Promise<RerunSubject> {
  const places = placesIn(host.home);
  const names = await runNames(places.runs);
  if (names.includes(name)) return finishedRunOf(host, name);
  const ids = await places.routes.list('');
  const found = name === '' ? [] : ids.filter((id) => id.startsWith(name));
  const [id] = found;
  if (id !== undefined && found.length === 1) return recordedRoute(host, id);
  const problem = found.length > 1 ? `"${name}" begins several routes` : `no run or route "${name}"`;
  throw new UsageError('CAIRN_RUN_UNKNOWN', `cairn rerun: ${problem}`, {
    fix: suggestion(name, near(name, names, ids)),
  });
}

/** Runs beside what was asked for; without a folder in common the profiles and routes. */
function near(name: string, runs: readonly string[], routes: readonly string[]): readonly string[] {
  const folder = (run: string): string => run.split('/').slice(0, 2).join('/');
  const beside = runs.filter((run) => folder(run) === folder(name));
  return beside.length > 0 ? beside : [...new Set(runs.map((run) => `${folder(run)}/…`)), ...routes];
}

async function finishedRunOf(host: Host, name: string): Promise<RerunSubject> {
  const places = placesIn(host.home);
  const [studyName = '', profile = '', id = ''] = name.split('/');
  const journal = await finishedJournal(places.runs, name, name, `cairn run ${studyName} goes on with it`);
  const study = places.study(studyName, profile);
  const work = await planOf(study, journal);
  const run = work?.plan.runs.find((r) => r.id === id && r.hash === journal.tags['cairn.config']);
  if (work !== undefined && run !== undefined) {
    return { name, journal, work, study, folder: new NodeStore(`${places.runs.location}/${name}`), run };
  }
  throw planMissing(name, `cairn run ${studyName} --fresh trains it again, with its plan`);
}

/** A route has no place in a study's folder: its journal says which study trained it. */
async function recordedRoute(host: Host, id: string): Promise<RerunSubject> {
  const places = placesIn(host.home);
  const { routes } = places;
  const name = `route ${id}`;
  const begun = await loadJournal(routes, `${id}/${JOURNAL}`);
  if (begun === undefined || begun.tags['cairn.teacher'] === 'given') {
    throw new RunError('CAIRN_ROUTE_GIVEN', `cairn rerun: ${name} was brought here, not trained here`, {
      fix: `cairn verify ${id} works out its hashes again`,
    });
  }
  const { 'cairn.study': studyName = '', 'cairn.profile': profile = '' } = begun.tags;
  const again = `cairn run ${studyName}`;
  const journal = await finishedJournal(routes, id, name, `${again} goes on with it`);
  const study = places.study(studyName, profile);
  const work = await planOf(study, journal);
  const route = work?.plan.routes.find((r) => r.routeId === id);
  if (work === undefined || route === undefined) {
    throw planMissing(name, `restore ${study.location}/plans from a copy`);
  }
  const { manifest, ...refused } = await openRoute(routes, id, route.recorder);
  const folder = new NodeStore(`${routes.location}/${id}`);
  if (manifest !== undefined) return { name, journal, work, study, folder, route, manifest };
  const reason = 'reason' in refused ? refused.reason : '';
  throw new RunError('CAIRN_ROUTE_ABSENT', `cairn rerun: ${name}: ${reason}`, { fix: `${again} records it` });
}

async function finishedJournal(
  store: NodeStore,
  folder: string,
  name: string,
  fix: string,
): Promise<JournalView> {
  const journal = await loadJournal(store, `${folder}/${JOURNAL}`);
  if (journal?.end?.status === 'FINISHED') return journal;
  throw new UsageError('CAIRN_RUN_UNFINISHED', `cairn rerun: "${name}" is not finished`, { fix });
}

/** Undefined where it is no longer there. */
async function planOf(study: NodeStore, { tags }: JournalView): Promise<WorkFile | undefined> {
  const hash = tags['cairn.plan'];
  const file = hash === undefined ? WORK_FILE : keptPlan(hash);
  return (await study.read(file)) === undefined ? undefined : readWork(study, file);
}

function planMissing(name: string, fix: string): RunError {
  return new RunError('CAIRN_PLAN_MISSING', `cairn rerun: the plan that "${name}" was made by is not kept`, {
    fix,
  });
}
