/** From runs to statements: means over seeds, and differences between runs that share their seeds. Pure. */
import type { ConditionResult, Metrics, StudyResult, TeacherResult } from '../result.ts';
import { type Estimate, estimate, type Spread, spread } from '../statistics/sample.ts';
import { contrastsIn } from './compare.ts';
import { pairSeeds } from './pairs.ts';
import { type Visible, visibleIn } from './visible.ts';

/** The metrics that the table shows. */
const ACCURACY = 'test/top1';
const DIVERGENCE = 'test/kl';

export interface TeacherSummary {
  readonly model: string;
  readonly accuracy: Spread | undefined;
  readonly epochs: number;
  /** Mean of a route. */
  readonly multiplyAdds: number;
  readonly wallSeconds: number;
}

export interface ConditionSummary {
  readonly name: string;
  readonly control?: string;
  /** Finished runs. */
  readonly n: number;
  /** Test accuracy, 0 to 1, at the last epoch. */
  readonly last: Spread | undefined;
  /** Test accuracy, 0 to 1, at the epoch that is best on validation. */
  readonly best: Spread | undefined;
  /** Last-epoch accuracy less that of the matched control, same seeds. */
  readonly vsControl: Estimate | undefined;
  /** The same against the study's baseline. */
  readonly vsBaseline: Estimate | undefined;
  /** Multiply-adds of a run as a multiple of the baseline's. */
  readonly cost: number | undefined;
  readonly studentEpochs: number | undefined;
  readonly multiplyAdds: number | undefined;
  readonly wallSeconds: number | undefined;
  /** KL to the teacher in nats, last epoch. */
  readonly divergence: Spread | undefined;
  /** Each run's anchors, stage by stage; stages without a guide are left out. */
  readonly anchors: readonly (readonly (readonly number[])[])[];
}

export interface StudySummary {
  readonly teachers: readonly TeacherSummary[];
  readonly conditions: readonly ConditionSummary[];
  /**
   * The least true difference in accuracy that the study shows with 80 % power, from the pooled standard deviation of
   * all paired differences. Absent with one seed.
   */
  readonly visible?: Visible;
}

export function summarise(result: StudyResult): StudySummary {
  const byName = new Map(result.conditions.map((c) => [c.name, c]));
  const baseline = byName.get(result.baseline);
  const conditions = result.conditions.map((c) => {
    const control = c.control === undefined ? undefined : byName.get(c.control);
    return summariseCondition(c, control, c === baseline ? undefined : baseline);
  });
  const visible = visibleDifference(result);
  const teachers = summariseTeachers(result.teachers);
  return { teachers, conditions, ...(visible === undefined ? {} : { visible }) };
}

function summariseCondition(
  condition: ConditionResult,
  control: ConditionResult | undefined,
  baseline: ConditionResult | undefined,
): ConditionSummary {
  const { name, runs } = condition;
  const multiplyAdds = meanOf(runs, (run) => run.multiplyAdds);
  const reference = meanOf((baseline ?? condition).runs, (run) => run.multiplyAdds);
  return {
    name,
    ...(condition.control === undefined ? {} : { control: condition.control }),
    n: runs.length,
    last: metric(runs, (run) => run.last.metrics, ACCURACY),
    best: metric(runs, (run) => run.best.metrics, ACCURACY),
    vsControl: control && difference(condition, control),
    vsBaseline: baseline && difference(condition, baseline),
    cost: multiplyAdds === undefined || !reference ? undefined : multiplyAdds / reference,
    studentEpochs: meanOf(runs, (run) => run.studentEpochs),
    multiplyAdds,
    wallSeconds: meanOf(runs, (run) => run.wallSeconds),
    divergence: metric(runs, (run) => run.last.metrics, DIVERGENCE),
    anchors: runs.map((run) => run.stages.map((s) => s.anchors).filter((a) => a.length > 0)),
  };
}

/** The numbers of `cairn compare`: a contrast's `difference` is made in the same way. */
function difference(condition: ConditionResult, against: ConditionResult): Estimate | undefined {
  return estimate(pairSeeds(condition.runs, against.runs, ACCURACY).differences);
}

function summariseTeachers(teachers: readonly TeacherResult[]): TeacherSummary[] {
  const models = [...new Set(teachers.map((t) => t.model))];
  return models.map((model) => {
    const own = teachers.filter((t) => t.model === model);
    return {
      model,
      accuracy: metric(own, (t) => t.metrics, ACCURACY),
      epochs: meanOf(own, (t) => t.epochs) ?? 0,
      multiplyAdds: meanOf(own, (t) => t.multiplyAdds) ?? 0,
      wallSeconds: meanOf(own, (t) => t.wallSeconds) ?? 0,
    };
  });
}

/** Over the same contrasts as `cairn compare`, each pair once. */
function visibleDifference(result: StudyResult): Visible | undefined {
  const runs = (name: string): ConditionResult['runs'] =>
    result.conditions.find((condition) => condition.name === name)?.runs ?? [];
  const differences = contrastsIn(result, ACCURACY).map(({ condition, against }) =>
    spread(pairSeeds(runs(condition), runs(against), ACCURACY).differences),
  );
  return visibleIn(differences.filter((found) => found !== undefined));
}

function metric<T>(items: readonly T[], of: (item: T) => Metrics, name: string): Spread | undefined {
  return spread(items.map((item) => of(item)[name]).filter((value) => value !== undefined));
}

function meanOf<T>(items: readonly T[], of: (item: T) => number): number | undefined {
  return spread(items.map(of))?.mean;
}
