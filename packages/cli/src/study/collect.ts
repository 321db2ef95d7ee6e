/** Reads a study's journals back into what the table and `--json` show. */
import { isRecord, type AnchorId, type Manifest } from '@cairn/core';
import type { PlannedRoute, PlannedRun, RunResult as Trained } from '@cairn/engine';
import type { ConditionResult, RunResult, StudyResult, TeacherResult } from '@cairn/report';
import { openRoute } from '@cairn/route';
import { NodeStore } from '../files/index.ts';
import { finishedRun, type FinishedRun } from './finished.ts';
import type { OpenedStudy } from './open-study.ts';
import { modelName } from './show-plan.ts';
import type { StudyStatus } from './status.ts';
import { studyWarnings } from './warning-lines.ts';

/** What results are read from: no data, no backend. */
export type StoredStudy = Pick<OpenedStudy, 'study' | 'profile' | 'plan' | 'places' | 'store'>;

/** Every finished run of the plan; what is not finished is left out. */
export async function collectResults(opened: StoredStudy, status: StudyStatus): Promise<StudyResult> {
  const { study, profile, plan } = opened;
  const conditions: ConditionResult[] = [];
  for (const [name, { control }] of Object.entries(study.conditions)) {
    const runs: RunResult[] = [];
    for (const run of plan.runs.filter((r) => r.condition === name)) {
      const result = await runResult(opened, run, status.runs.get(run.id)?.state === 'reused');
      if (result !== undefined) runs.push(result);
    }
    conditions.push({ name, ...(control === undefined ? {} : { control }), runs });
  }
  const teachers: TeacherResult[] = [];
  for (const route of plan.routes) {
    const result = await teacherResult(opened, route, status.routes.get(route.id)?.state === 'reused');
    if (result !== undefined) teachers.push(result);
  }
  return {
    version: 1,
    study: study.id,
    title: study.title,
    question: study.question,
    profile,
    numerics: plan.numerics,
    baseline: study.baseline,
    ...declaredIn(study),
    warnings: await studyWarnings(opened, status),
    seeds: study.seeds,
    teacherSeeds: study.teacherSeeds,
    teachers,
    conditions,
  };
}

/** The contrasts that the study declared before its first student. */
function declaredIn(study: StoredStudy['study']): Pick<StudyResult, 'primary'> {
  // A plan of an older Cairn has none.
  const { primary = [] } = study as Partial<typeof study>;
  return primary.length === 0 ? {} : { primary };
}

async function teacherResult(
  { places }: StoredStudy,
  route: PlannedRoute,
  reused: boolean,
): Promise<TeacherResult | undefined> {
  const store = new NodeStore(`${places.routes.location}/${route.routeId}`);
  const finished = await finishedRun(store, route.routeId);
  const { manifest } = await openRoute(places.routes, route.routeId, route.recorder);
  if (manifest === undefined) return undefined;
  if (finished === undefined) return broughtHere(route, manifest);
  const { last, epochs, cost, seconds } = finished.result;
  return {
    seed: route.seed,
    routeId: route.routeId,
    model: modelName(route.spec.model),
    metrics: last,
    anchors: manifest.anchors.length,
    epochs,
    images: cost.images,
    multiplyAdds: cost.student,
    wallSeconds: seconds,
    reused,
  };
}

/** A teacher that was trained elsewhere: what its manifest says, the plan's cost, no time. */
function broughtHere(route: PlannedRoute, { anchors, totalSteps, stepsPerEpoch }: Manifest): TeacherResult {
  return {
    seed: route.seed,
    routeId: route.routeId,
    model: modelName(route.spec.model),
    metrics: anchors.at(-1)?.metrics ?? {},
    anchors: anchors.length,
    epochs: totalSteps / stepsPerEpoch,
    images: totalSteps * route.spec.batch,
    multiplyAdds: route.multiplyAdds,
    wallSeconds: 0,
    reused: true,
  };
}

async function runResult(
  opened: StoredStudy,
  run: PlannedRun,
  reused: boolean,
): Promise<RunResult | undefined> {
  const folder = `${opened.store.location}/${run.id}`;
  const finished = await finishedRun(new NodeStore(folder), run.hash);
  if (finished === undefined) return undefined;
  const planned = opened.plan.routes.find((r) => r.routeId === run.routeId);
  const manifest = planned?.expected;
  const { result } = finished;
  const { cost, reuse } = result;
  return {
    seed: run.seed,
    teacherSeed: run.teacherSeed,
    stages: stagesOf(result, manifest),
    decisions: decisionsOf(finished, manifest),
    last: { epoch: result.epochs, metrics: result.last },
    best: result.best,
    weightsSha256: result.weightsSha256,
    studentEpochs: result.epochs,
    images: cost.images,
    multiplyAdds: cost.student + cost.teacher + cost.search,
    ...(reuse === undefined || reuse.cached === 0 ? {} : { cachedMultiplyAdds: reuse.multiplyAdds }),
    wallSeconds: result.seconds,
    reused,
    folder,
  };
}

function epochOf(id: AnchorId, manifest: Manifest | undefined): number {
  return manifest === undefined ? NaN : id / manifest.stepsPerEpoch;
}

function stagesOf({ stages }: Trained, manifest: Manifest | undefined): RunResult['stages'] {
  return stages.map(({ name, epochs, anchors, sha256, metrics, soften, route }) => ({
    name,
    epochs,
    anchors: anchors.map((id) => epochOf(id, manifest)),
    sha256,
    ...(soften === undefined ? {} : { soften }),
    ...(route === undefined ? {} : { route }),
    ...(metrics === undefined ? {} : { metrics }),
  }));
}

function decisionsOf({ journal }: FinishedRun, manifest: Manifest | undefined): RunResult['decisions'] {
  return journal.anchors.map(({ anchors, epoch, reason, numbers }) => ({
    epoch,
    anchors: anchors.map(({ step }) => epochOf(step, manifest)),
    reason,
    numbers: isRecord(numbers) ? numbers : {},
  }));
}
