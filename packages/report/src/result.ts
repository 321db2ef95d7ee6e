/** What a study found, as plain JSON: the table is drawn from it, and `--json FILE` writes it. */
import type { JsonObject, PrimaryContrast } from '@cairn/core';

/** By name with its phase: `test/top1` and `val/top1` are fractions of 1, `test/kl` is in nats. */
export type Metrics = Readonly<Record<string, number>>;

export interface TeacherResult {
  readonly seed: number;
  readonly routeId: string;
  /** For people: `resnet20`. */
  readonly model: string;
  /** Of the converged teacher. */
  readonly metrics: Metrics;
  /** States recorded. */
  readonly anchors: number;
  readonly epochs: number;
  readonly images: number;
  /** Of the whole training, forward and backward. */
  readonly multiplyAdds: number;
  readonly wallSeconds: number;
  readonly reused: boolean;
}

export interface StageResult {
  readonly name: string;
  readonly epochs: number;
  /** Teacher epochs of the anchors that guided it together; empty without a guide. */
  readonly anchors: readonly number[];
  /** Of the student's weights at its end. */
  readonly sha256: string;
  /** What the anchors' logits were divided by, where they were. */
  readonly soften?: number;
  /** Whose anchors they were, where not the run's own teacher's. */
  readonly route?: 'own' | 'foreign';
  /** At its end on the held-out samples: `val/top1`, `val/kl`, … */
  readonly metrics?: Metrics;
}

/** A choice of anchors with its reason. */
export interface DecisionResult {
  /** Student epochs done when it was made. */
  readonly epoch: number;
  readonly anchors: readonly number[];
  readonly reason: string;
  readonly numbers: JsonObject;
}

export interface RunResult {
  readonly seed: number;
  /** Absent where the condition uses no route. */
  readonly teacherSeed?: number;
  readonly stages: readonly StageResult[];
  readonly decisions: readonly DecisionResult[];
  /** At the last epoch: the number that is reported. */
  readonly last: { readonly epoch: number; readonly metrics: Metrics };
  /** At the epoch that is best on validation. */
  readonly best: { readonly epoch: number; readonly metrics: Metrics };
  /** Of the last epoch's weights. */
  readonly weightsSha256: string;
  readonly studentEpochs: number;
  readonly images: number;
  /** Of all networks, forward and backward, searches included; the teacher's own training is not in it. */
  readonly multiplyAdds: number;
  /** Of `multiplyAdds`, not done since teachers' outputs came from the cache: the time is that of the others. */
  readonly cachedMultiplyAdds?: number;
  readonly wallSeconds: number;
  readonly reused: boolean;
  /** Of its journal and weights, below `.cairn`. */
  readonly folder: string;
}

export interface ConditionResult {
  readonly name: string;
  /** The condition at equal cost that it is compared with. */
  readonly control?: string;
  readonly runs: readonly RunResult[];
}

export interface StudyResult {
  readonly version: 1;
  readonly study: string;
  readonly title: string;
  readonly question: string;
  readonly profile: string;
  readonly numerics: string;
  /** The condition that all are compared with after their control. */
  readonly baseline: string;
  /** Declared in the study; every other contrast is exploratory. */
  readonly primary?: readonly PrimaryContrast[];
  /** What the study cannot show, and what to know of how it came about: late contrasts, seeds added after a look. */
  readonly warnings?: readonly string[];
  readonly seeds: readonly number[];
  readonly teacherSeeds: readonly number[];
  readonly teachers: readonly TeacherResult[];
  readonly conditions: readonly ConditionResult[];
}
