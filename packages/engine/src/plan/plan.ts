/** What a study will do, before it does anything: routes, runs, who waits for whom, and what it costs. */
import {
  contentHash,
  throwAll,
  type Condition,
  type DatasetSpec,
  type Manifest,
  type Outline,
  type PluginData,
  type Registry,
  type Study,
} from '@cairn/core';
import { countCost } from '@cairn/nn';
import type { RunSpec } from '../loop/types.ts';
import { carve } from '../data/split.ts';
import { expectedRoute } from './expected-route.ts';
import { lastingTraining } from './lasting-training.ts';
import { planErrors } from './plan-errors.ts';

/** Facts that a plan stands on besides the study. */
export interface PlanGround {
  readonly registry: Registry;
  readonly spec: DatasetSpec;
  readonly digest: string;
  readonly trainLabels: Int32Array;
  readonly numerics: string;
  /** Conditions that stand for others of the same content, by the other's name. */
  readonly alias?: ReadonlyMap<string, string>;
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
}

export interface PlannedRun {
  /** Task id and folder name, such as `rco-eei-t0-s1`. */
  readonly id: string;
  readonly condition: string;
  readonly seed: number;
  readonly teacherSeed: number;
  /** Hash of all that changes what the run reports. */
  readonly hash: string;
  readonly spec: RunSpec;
  readonly routeId: string;
  /** Ids of the runs whose lengths it copies, by condition. */
  readonly copies: Readonly<Record<string, string>>;
  readonly outline: Outline;
  /** An upper bound where the outline is one. */
  readonly multiplyAdds: number;
  readonly images: number;
}

export interface Plan {
  readonly study: Study;
  readonly numerics: string;
  readonly digest: string;
  readonly routes: readonly PlannedRoute[];
  readonly runs: readonly PlannedRun[];
}

/** @throws CAIRN_LOSS_…, CAIRN_PROBE_EMPTY; several together */
export async function planStudy(study: Study, ground: PlanGround): Promise<Plan> {
  const rows = carve(ground.trainLabels, study.validation.fraction, study.validation.seed);
  const trainRows = rows.train.length;
  throwAll(planErrors(study, { ...ground, held: rows.held.length }));
  const routes = await Promise.all(
    study.teacherSeeds.map((seed) => planRoute(study, ground, seed, trainRows)),
  );
  const runs: PlannedRun[] = [];
  for (const route of routes) {
    for (const seed of study.seeds) {
      for (const name of inOrder(study, ground)) {
        runs.push(await planRun(study, ground, { name, seed, route, trainRows, before: runs }));
      }
    }
  }
  return { study, numerics: ground.numerics, digest: ground.digest, routes, runs };
}

async function planRoute(
  study: Study,
  ground: PlanGround,
  seed: number,
  trainRows: number,
): Promise<PlannedRoute> {
  const { teacher } = study;
  const spec: RunSpec = {
    ...common(study),
    role: 'teacher',
    seed,
    model: teacher.model,
    curriculum: teacher.curriculum,
    training: teacher.training,
  };
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
  readonly trainRows: number;
  readonly before: readonly PlannedRun[];
}

async function planRun(study: Study, ground: PlanGround, place: RunPlace): Promise<PlannedRun> {
  const { name, seed, route, before, trainRows } = place;
  const { curriculum } = study.conditions[name] as Condition;
  const { model, training } = study.student;
  const spec: RunSpec = { ...common(study), role: 'student', seed, model, curriculum, training };
  const instance = ground.registry.create(curriculum);
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
  const epochs = outline.epochs.reduce((a, b) => a + b, 0);
  const images = Math.round(epochs * trainRows);
  const guideCost = instance.usesRoute ? costOf(study.teacher.model, ground) : 0;
  return {
    id: `${name}-t${route.seed}-s${seed}`,
    condition: name,
    seed,
    teacherSeed: route.seed,
    spec,
    routeId: route.routeId,
    copies: Object.fromEntries(copied.map(([condition, run]) => [condition, run?.id ?? ''])),
    outline,
    images,
    multiplyAdds: images * (3 * costOf(model, ground) + guideCost),
    hash: await contentHash({
      spec,
      route: route.routeId,
      recorder: instance.usesRoute ? route.recorder : '',
      copies: copied.map(([, run]) => run?.hash ?? ''),
      digest: ground.digest,
      numerics: ground.numerics,
    }),
  };
}

function common(study: Study): Pick<RunSpec, 'augmentations' | 'evaluators' | 'batch' | 'validation'> {
  const { augmentations, evaluators, batch, validation } = study;
  return { augmentations, evaluators, batch, validation };
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
