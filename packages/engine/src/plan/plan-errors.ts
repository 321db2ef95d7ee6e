/** What can be refused before anything is trained: losses that do not fit, policies with nothing to look at. */
import {
  CairnError,
  isPluginData,
  isRecord,
  suggestion,
  UsageError,
  type AnchorPolicy,
  type Evaluator,
  type NetInfo,
  type PluginData,
  type PluginKind,
  type Registry,
  type Study,
  type Task,
} from '@cairn/core';
import { netInfo } from '@cairn/nn';

export interface StudyGround {
  readonly registry: Registry;
  readonly spec: Task;
  /** Samples held out for policies. */
  readonly held: number;
}

export function planErrors(study: Study, { registry, spec, held }: StudyGround): readonly CairnError[] {
  const [teacher, student] = [study.teacher.model, study.student.model].map((model) =>
    netInfo(registry.create(model).graph(spec)),
  ) as [NetInfo, NetInfo];
  const errors = lossErrors(registry, 'teacher.curriculum', study.teacher.curriculum, teacher);
  for (const [name, { curriculum }] of Object.entries(study.conditions)) {
    const path = `conditions.${name}.curriculum`;
    const guide = registry.create(curriculum).usesRoute ? teacher : undefined;
    errors.push(...lossErrors(registry, path, curriculum, student, guide));
    if (held === 0) errors.push(...probeErrors(registry, path, curriculum));
    if (registry.create(curriculum).usesForeign === true && study.teacherSeeds.length === 1) {
      errors.push(oneTeacher(path, study));
    }
  }
  return [...errors, ...metricErrors(study, registry, spec)];
}

/** Contrasts are declared before anything is trained: in a metric that will be measured. */
function metricErrors({ primary, evaluators }: Study, registry: Registry, { classes }: Task): CairnError[] {
  if (primary.length === 0) return [];
  const known = evaluators.flatMap((data) => metricsOf(registry.create(data), classes));
  return primary.flatMap(({ metric }, i) => {
    if (known.includes(metric)) return [];
    const message = `primary.${i}.metric: no evaluator of the study gives "${metric}"`;
    return [new UsageError('CAIRN_METRIC_UNKNOWN', message, { fix: suggestion(metric, known) })];
  });
}

/** Asked on two samples: which names there are does not depend on them. */
function metricsOf(evaluator: Evaluator, classes: number): readonly string[] {
  const logits = new Float32Array(2 * classes);
  const given = { logits, labels: new Int32Array(2), classes, reference: logits };
  const names = Array.from(evaluator.evaluate(given), ([name]) => name);
  return ['test', 'val'].flatMap((phase) => names.map((name) => `${phase}/${name}`));
}

/** Asks every loss of a curriculum what it needs. The losses within a loss are its own affair. */
function lossErrors(
  registry: Registry,
  path: string,
  curriculum: PluginData,
  learner: NetInfo,
  guide?: NetInfo,
): CairnError[] {
  return within(curriculum.options, 'loss').flatMap((data) => {
    try {
      registry.create(data).needs(learner, guide);
      return [];
    } catch (error) {
      if (!(error instanceof CairnError)) throw error;
      return [new UsageError(error.code, `${path}: ${error.message}`, { fix: error.fix, cause: error })];
    }
  });
}

function oneTeacher(path: string, { teacherSeeds: [seed] }: Study): UsageError {
  const message = `${path}: learns from another teacher's route, and the study has one teacher, seed ${seed}`;
  const fix = `a second one: teacher-seeds [${seed}, ${(seed ?? 0) + 1}]`;
  return new UsageError('CAIRN_FOREIGN_ROUTE', message, { fix });
}

function probeErrors(registry: Registry, path: string, curriculum: PluginData<'curriculum'>): CairnError[] {
  if (registry.create(curriculum).usesHeldOut === true) {
    const message = `${path}: "${curriculum.id}" decides by held-out samples, and there are none`;
    const fix = 'validation.fraction above 0';
    return [new UsageError('CAIRN_PROBE_EMPTY', message, { fix })];
  }
  return within(curriculum.options, 'anchor-policy')
    .filter((data) => looksAtSamples(registry.create(data)))
    .map(({ id }) => {
      const message = `${path}: anchor policy "${id}" looks at held-out samples, and there are none`;
      const fix = 'validation.fraction above 0, or a policy that plans from the route alone';
      return new UsageError('CAIRN_PROBE_EMPTY', message, { fix });
    });
}

function looksAtSamples(policy: AnchorPolicy): boolean {
  return policy.plan === undefined || policy.settle !== undefined;
}

/** Plugins of a kind in options, the outermost ones. */
export function within<K extends PluginKind>(value: unknown, kind: K): readonly PluginData<K>[] {
  if (isPluginData(value)) {
    return value.kind === kind ? [value as PluginData<K>] : within(value.options, kind);
  }
  if (Array.isArray(value)) return value.flatMap((item) => within(item, kind));
  return isRecord(value) ? Object.values(value).flatMap((item) => within(item, kind)) : [];
}
