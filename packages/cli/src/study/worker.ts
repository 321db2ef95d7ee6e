/** One task of a study in this process: a teacher that records its route, or a student. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  canonicalJson,
  RunError,
  type Backend,
  type Registry,
  type Splits,
  type StageRecord,
} from '@cairn/core';
import {
  carve,
  sharedLessons,
  type PlannedRoute,
  type PlannedRun,
  type RunEnvironment,
  type RunResult,
  type RunRoute,
  type RunSpec,
} from '@cairn/engine';
import { openRoute, OutputCache, readManifest, RouteWriter } from '@cairn/route';
import { Journal } from '@cairn/tracking';
import type { Host } from '../command.ts';
import { NodeStore } from '../files/index.ts';
import { DEFAULT_CACHE_LIMIT } from './cache-limit.ts';
import { counted, percent } from '../format.ts';
import { finishedRun } from './finished.ts';
import { headerRecords, JOURNAL } from './header.ts';
import { describeRoute } from './identity.ts';
import type { Places } from './places.ts';
import { trainToEnd } from './train-to-end.ts';
import { workerObserver } from './worker-events.ts';
import { writeRunFile, type RunFile } from './run-file.ts';
import type { WorkFile } from './work-file.ts';

export interface WorkerGround {
  readonly host: Host;
  readonly work: WorkFile;
  readonly places: Places;
  readonly studyStore: NodeStore;
  readonly registry: Registry;
  readonly backend: Backend;
  readonly splits: Splits;
}

/** Trains a teacher and records its route. Returns a line for people. */
export async function workOnRoute(ground: WorkerGround, route: PlannedRoute): Promise<string> {
  const { places, splits, work } = ground;
  const store = new NodeStore(`${places.routes.location}/${route.routeId}`);
  const description = describeRoute(route, splits, work.plan.numerics, work.provenance);
  const writer = await RouteWriter.open(places.routes, description, route.recorder);
  const images = Math.round(route.spec.training.epochs * trainRows(ground));
  const environment = await environmentFor(ground, store, { run: route.id, stages: 1, images });
  await describe(ground, store, route.spec, { config: route.routeId });
  const header = headerRecords(ground, { name: route.id, hash: route.routeId, spec: route.spec, tags: {} });
  const record = { writer, recorder: route.recorder };
  const result =
    (await recordedAlready(ground, store, route)) ??
    (await trainToEnd(route.spec, { ...environment, header, record }));
  const { anchors } = await writer.finish();
  const { epochs } = result;
  return `${epochs}/${counted(epochs, 'epoch')}   ${reached(result)}   ${anchors.length} anchors kept`;
}

/** The teacher's result where its training ended, by this recorder: another process was here, or the last one died late. */
async function recordedAlready(
  { places }: WorkerGround,
  store: NodeStore,
  { routeId, recorder }: PlannedRoute,
): Promise<RunResult | undefined> {
  const manifest = await readManifest(places.routes, routeId);
  const place =
    manifest?.recorders.findIndex((r) => canonicalJson(r.recorder) === canonicalJson(recorder)) ?? -1;
  const last = manifest?.anchors.at(-1);
  if (last?.id !== manifest?.totalSteps || last?.recorders.includes(place) !== true) return undefined;
  return (await finishedRun(store, routeId))?.result;
}

/** Teaches a student. Returns a line for people. */
export async function workOnRun(ground: WorkerGround, run: PlannedRun): Promise<string> {
  const store = new NodeStore(`${ground.studyStore.location}/${run.id}`);
  const route = await studentRoute(ground, run.id, run.routeId);
  const { foreignRouteId } = run;
  const foreign =
    foreignRouteId === undefined ? {} : { foreign: await studentRoute(ground, run.id, foreignRouteId) };
  const copied = await copiedStages(ground, run);
  const { images } = run;
  const environment = await environmentFor(ground, store, {
    run: run.id,
    stages: run.outline.epochs.length,
    images,
  });
  await describe(ground, store, run.spec, {
    config: run.hash,
    identity: run.identity,
    route: { id: run.routeId, model: route.model },
  });
  const header = headerRecords(ground, {
    name: run.id,
    hash: run.hash,
    spec: run.spec,
    tags: {
      'cairn.condition': run.condition,
      'cairn.teacher_seed': String(run.teacherSeed),
      'cairn.route': run.routeId,
    },
  });
  const result = await trainToEnd(run.spec, {
    ...environment,
    header,
    route,
    ...foreign,
    keepOutputs: sharedLessons(ground.work.plan, dueRuns(ground))(run),
    stagesOf: (condition) => copied.get(condition) ?? [],
  });
  return `${counted(Number(result.epochs.toFixed(2)), 'epoch')}   ${reached(result)}`;
}

/** The runs that this command trains, whoever trains them. */
function dueRuns({ work }: WorkerGround): ReadonlySet<string> {
  return new Set(work.due ?? work.plan.runs.map(({ id }) => id));
}

/** A route of the plan as a student's run reads it. @throws CAIRN_PLAN_DAMAGED, CAIRN_ROUTE_ABSENT */
export async function studentRoute(
  { work, places }: Pick<WorkerGround, 'work' | 'places'>,
  run: string,
  routeId: string,
): Promise<RunRoute> {
  const planned = work.plan.routes.find((r) => r.routeId === routeId);
  if (planned === undefined)
    throw new RunError('CAIRN_PLAN_DAMAGED', `${run}: no route ${routeId} in the plan`);
  const { manifest, ...refused } = await openRoute(places.routes, routeId, planned.recorder);
  if (manifest === undefined) {
    const reason = 'reason' in refused ? refused.reason : '';
    throw new RunError('CAIRN_ROUTE_ABSENT', `route ${routeId} of ${planned.id}: ${reason}`, {
      fix: 'run the study again: it records what is missing',
    });
  }
  return { manifest, store: places.routes, model: planned.spec.model };
}

export async function describe(
  { work, splits }: WorkerGround,
  store: NodeStore,
  spec: RunSpec,
  facts: Pick<RunFile, 'config' | 'identity' | 'route'>,
): Promise<void> {
  const { dataset } = work.plan.study;
  const { backend, provenance } = work;
  const { numerics } = work.plan;
  const { digest } = splits;
  await writeRunFile(store, {
    version: 1,
    spec,
    dataset,
    digest,
    backend,
    numerics,
    ...(provenance === undefined ? {} : { provenance }),
    ...facts,
  });
}

function reached({ last }: RunResult): string {
  const [key, value] =
    last['val/top1'] === undefined ? ['test', last['test/top1']] : (['val', last['val/top1']] as const);
  return `${key} ${percent(value)}`;
}

function trainRows({ splits, work }: WorkerGround): number {
  const { fraction, seed } = work.plan.study.validation;
  return carve(splits.train.labels, fraction, seed).train.length;
}

async function copiedStages(
  ground: WorkerGround,
  run: PlannedRun,
): Promise<Map<string, readonly StageRecord[]>> {
  const stages = new Map<string, readonly StageRecord[]>();
  for (const [condition, id] of Object.entries(run.copies)) {
    const planned = ground.work.plan.runs.find((r) => r.id === id);
    const store = new NodeStore(`${ground.studyStore.location}/${id}`);
    const finished = planned === undefined ? undefined : await finishedRun(store, planned.hash);
    if (finished === undefined) {
      throw new RunError('CAIRN_RUN_ABSENT', `${run.id} copies the stages of ${id}, which is not finished`, {
        fix: 'run the study again: it trains what is missing',
      });
    }
    stages.set(condition, finished.result.stages);
  }
  return stages;
}

async function environmentFor(
  ground: WorkerGround,
  store: NodeStore,
  task: { readonly run: string; readonly stages: number; readonly images: number },
): Promise<RunEnvironment> {
  const { host, work, places, registry, backend, splits } = ground;
  const journal = await Journal.open(store, JOURNAL);
  const observer = workerObserver(host.out, task, () => performance.now());
  const limit = work.cacheLimit ?? DEFAULT_CACHE_LIMIT;
  return {
    plugins: registry,
    backend,
    numerics: work.plan.numerics,
    splits,
    store,
    journal,
    header: [],
    cache: new OutputCache({ store: places.teacherCache, limit, note: (text) => observer.note(text) }),
    stagesOf: () => [],
    observer,
    signal: host.signal,
    now: () => Date.now(),
    checkpointSeconds: work.checkpointSeconds,
    breathe: () => nextTurn(),
  };
}
