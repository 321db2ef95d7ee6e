/** What a study will do, before it does anything: routes, runs, who waits for whom, and what it costs. */
import {
  contentHash,
  throwAll,
  type Condition,
  type DatasetSpec,
  type JsonObject,
  type Manifest,
  type Outline,
  type PluginData,
  type Registry,
  type Study,
} from '@cairn/core';
import { countCost } from '@cairn/nn';
import type { RunSpec } from '../loop/types.ts';
import { carve, rowsToTrainOn } from '../data/split.ts';
import { expectedRoute } from './expected-route.ts';
import { plannedGiven, type GivenRoute } from './given-route.ts';
import { lastingTraining } from './lasting-training.ts';
import { guideOutputs, shownAndHeard, type PlannedGuide } from './guide.ts';
import { planErrors } from './plan-errors.ts';
import { planWarnings } from './warnings.ts';

/** Facts that a plan stands on besides the study. */
export interface PlanGround {
  readonly registry: Registry;
  readonly spec: DatasetSpec;
  readonly digest: string;
  readonly trainLabels: Int32Array;
  readonly numerics: string;
  /** Conditions that stand for others of the same content, by the other's name. */
  readonly alias?: ReadonlyMap<string, string>;
  /** Routes that stand in for the teachers of the study's teacher seeds, in their order. */
  readonly given?: readonly GivenRoute[];
}

export interface PlannedRoute {
  /** Task id, such as `teacher-t0`. */
  readonly id: string;
  readonly seed: number;
  /** Name of the route's folder: hash of all that changes its weights. */
  readonly routeId: string;
  readonly spec: RunSpec;
  readonly recorder: PluginData<'route-recorder'>;
  /** The anchors that the recorder will keep; without metrics and hashes. */
  readonly expected: Manifest;
  readonly multiplyAdds: number;
  /** The route was there before the study: its teacher is measured, not trained. */
  readonly given?: true;
}

export interface PlannedRun {
  /** Task id and folder name, such as `rco-eei-t0-s1`. */
  readonly id: string;
  readonly condition: string;
  readonly seed: number;
  readonly teacherSeed: number;
  /** Hash of all that changes what the run reports: of spec and identity. */
  readonly hash: string;
  /** What besides the spec changes what the run reports. */
  readonly identity: JsonObject;
  readonly spec: RunSpec;
  readonly routeId: string;
  /** The other teacher's route, for a condition that learns from it. */
  readonly foreignRouteId?: string;
  /** Ids of the runs whose lengths it copies, by condition. */
  readonly copies: Readonly<Record<string, string>>;
  readonly outline: Outline;
  /** An upper bound where the outline is one. */
  readonly multiplyAdds: number;
  readonly images: number;
  /** Who teaches it, where anchors do. */
  readonly guide?: PlannedGuide;
}

export interface Plan {
  readonly study: Study;
  readonly numerics: string;
  readonly digest: string;
  readonly routes: readonly PlannedRoute[];
  readonly runs: readonly PlannedRun[];
  /** What the study cannot show as it is laid out, a line each. */
  readonly warnings: readonly string[];
}

/** @throws CAIRN_LOSS_…, CAIRN_PROBE_EMPTY, CAIRN_FOREIGN_ROUTE; several together */
export async function planStudy(study: Study, ground: PlanGround): Promise<Plan> {
  const rows = carve(ground.trainLabels, study.validation.fraction, study.validation.seed);
  const trainRows = rowsToTrainOn(rows.train, ground.trainLabels, common(study, 'student')).length;
  throwAll(planErrors(study, { ...ground, held: rows.held.length }));
  const routes = await Promise.all(
    study.teacherSeeds.map((seed, i) => planRoute(study, ground, seed, rows.train.length, ground.given?.[i])),
  );
  const runs: PlannedRun[] = [];
  for (const [i, route] of routes.entries()) {
    const foreign = routes[(i + 1) % routes.length] ?? route;
    for (const seed of seedsOf(study, i)) {
      for (const name of inOrder(study, ground)) {
        runs.push(await planRun(study, ground, { name, seed, route, foreign, trainRows, before: runs }));
      }
    }
  }
  const { numerics, digest } = ground;
  return { study, numerics, digest, routes, runs, warnings: planWarnings(study, routes, runs) };
}

/** Student seeds of a teacher: all of them, or every so many-th where they are dealt out. */
function seedsOf({ seeds, teacherSeeds, crossing }: Study, teacher: number): readonly number[] {
  return crossing === 'full' ? seeds : seeds.filter((_, i) => i % teacherSeeds.length === teacher);
}

async function planRoute(
  study: Study,
  ground: PlanGround,
  seed: number,
  trainRows: number,
  given: GivenRoute | undefined,
): Promise<PlannedRoute> {
  const { teacher } = study;
  const spec: RunSpec = {
    ...common(study, 'teacher'),
    role: 'teacher',
    seed,
    model: teacher.model,
    curriculum: teacher.curriculum,
    training: teacher.training,
  };
  if (given !== undefined) return plannedGiven(given, spec);
  const { digest, numerics } = ground;
  const routeId = await contentHash({ ...routeConfig(spec), digest, numerics });
  const stepsPerEpoch = Math.ceil(trainRows / study.batch);
  const recorder = ground.registry.create(teacher.recorder);
  const cost = costOf(teacher.model, ground);
  const training = lastingTraining(teacher.training, ground.registry.create(teacher.curriculum));
  return {
    id: `teacher-t${seed}`,
    seed,
    routeId,
    spec,
    recorder: teacher.recorder,
    expected: expectedRoute(routeId, training, recorder, stepsPerEpoch),
    multiplyAdds: 3 * cost * trainRows * training.epochs,
  };
}

/** The part of a teacher's spec that decides its weights, apart from data and numerics. */
export function routeConfig({ evaluators: _, validation, ...makesWeights }: RunSpec): object {
  const { fraction, seed } = validation;
  return { ...makesWeights, validation: { fraction, seed } };
}

interface RunPlace {
  readonly name: string;
  readonly seed: number;
  readonly route: PlannedRoute;
  /** That of the next teacher. */
  readonly foreign: PlannedRoute;
  readonly trainRows: number;
  readonly before: readonly PlannedRun[];
}

async function planRun(study: Study, ground: PlanGround, place: RunPlace): Promise<PlannedRun> {
  const { name, seed, route, foreign, before, trainRows } = place;
  const { curriculum } = study.conditions[name] as Condition;
  const { model, training } = study.student;
  const instance = ground.registry.create(curriculum);
  const spec: RunSpec = {
    ...common(study, 'student'),
    ...shownAndHeard(study, instance),
    role: 'student',
    seed,
    model,
    curriculum,
    training,
  };
  const twin = (condition: string) =>
    before.find(
      (r) =>
        r.condition === (ground.alias?.get(condition) ?? condition) &&
        r.seed === seed &&
        r.teacherSeed === route.seed,
    );
  const outline = instance.outline({
    training,
    ...(instance.usesRoute ? { route: route.expected } : {}),
    epochsOf: (condition) => twin(condition)?.outline ?? { epochs: [training.epochs], exact: false },
  });
  const copied = instance.after.map((condition) => [condition, twin(condition)] as const);
  const usesForeign = instance.usesForeign === true;
  const identity: JsonObject = {
    route: route.routeId,
    recorder: instance.usesRoute ? { ...route.recorder } : '',
    ...(usesForeign ? { foreign: foreign.routeId } : {}),
    copies: copied.map(([, run]) => run?.hash ?? ''),
    digest: ground.digest,
    numerics: ground.numerics,
  };
  const forward = {
    student: costOf(model, ground),
    teacher: instance.usesRoute ? costOf(study.teacher.model, ground) : 0,
  };
  const cost = costOfStages(outline, trainRows, forward);
  const guide: PlannedGuide = {
    forward: forward.teacher,
    multiplyAdds: cost.multiplyAdds - 3 * forward.student * cost.images,
    outputs: guideOutputs(study, curriculum, ground),
  };
  return {
    id: `${name}-t${route.seed}-s${seed}`,
    condition: name,
    seed,
    teacherSeed: route.seed,
    spec,
    routeId: route.routeId,
    ...(usesForeign ? { foreignRouteId: foreign.routeId } : {}),
    copies: Object.fromEntries(copied.map(([condition, run]) => [condition, run?.id ?? ''])),
    outline,
    ...cost,
    ...(instance.usesRoute ? { guide } : {}),
    identity,
    hash: await contentHash({ spec, ...identity }),
  };
}

/** Per image three forward passes of the student and one of each teacher that the stage asks. */
function costOfStages(
  { epochs, teachers = [] }: Outline,
  trainRows: number,
  forward: { readonly student: number; readonly teacher: number },
): Pick<PlannedRun, 'images' | 'multiplyAdds'> {
  const costs = epochs.map((length, i) => {
    const images = length * trainRows;
    return { images, multiplyAdds: images * (3 * forward.student + (teachers[i] ?? 1) * forward.teacher) };
  });
  const images = Math.round(costs.reduce((sum, c) => sum + c.images, 0));
  return { images, multiplyAdds: Math.round(costs.reduce((sum, c) => sum + c.multiplyAdds, 0)) };
}

type Common = Pick<RunSpec, 'augmentations' | 'evaluators' | 'batch' | 'validation' | 'samples'>;

function common(study: Study, role: RunSpec['role']): Common {
  const { augmentations, evaluators, batch, validation } = study;
  const { samples } = study.student;
  const limited = role === 'teacher' || samples === 'all' ? {} : { samples };
  return { augmentations, evaluators, batch, validation, ...limited };
}

/** Conditions in the study's order, those that are copied before those that copy. */
function inOrder(study: Study, { registry, alias }: PlanGround): readonly string[] {
  const order: string[] = [];
  const visit = (given: string): void => {
    const name = alias?.get(given) ?? given;
    const condition = study.conditions[name];
    if (condition === undefined || order.includes(name)) return;
    registry.create(condition.curriculum).after.forEach(visit);
    order.push(name);
  };
  Object.keys(study.conditions).forEach(visit);
  return order;
}

/** Multiply-adds of one forward pass for one sample. */
function costOf(model: PluginData<'model'>, { registry, spec }: PlanGround): number {
  return countCost(registry.create(model).graph(spec)).forward;
}
