import type { PluginData } from '../plugin/data.ts';
import type { Time } from '../time.ts';
import type { AnchorView, Decision, RouteSide } from './anchor-policy.ts';
import type { AnchorId, Manifest } from './route.ts';
import type { OptimizerRule, Schedule, Training } from './training.ts';

/** Who supervises a learner in an update: anchors of the route (several: their mean logits). */
export interface Guide {
  readonly anchors: readonly [AnchorId, ...AnchorId[]];
  /** Divides the logits before the loss sees them. @default 1 */
  readonly soften?: number;
  /** @default own */
  readonly route?: RouteSide;
}

/** One learner's optimiser step, within a stage repeated for every batch. */
export interface Update {
  /** A network of the run; `student` in every run. */
  readonly learner: string;
  readonly guide?: Guide;
  readonly loss: PluginData<'loss'>;
  readonly optimizer: OptimizerRule;
  readonly schedule: Schedule;
  /** What the schedule spans: the stage where it restarts in each, the whole where it continues. */
  readonly span: Time;
}

/** What goes over from the stage before; logged, since it decides what a method is. */
export interface Carry {
  readonly weights: 'keep' | 'reset';
  /** Batch-norm statistics. */
  readonly buffers: 'keep' | 'reset';
  readonly optimizer: 'keep' | 'reset';
  readonly schedule: 'continue' | 'restart';
}

/** A stretch of training with fixed updates. A curriculum is asked again when it ends. */
export interface Stage {
  readonly name: string;
  readonly length: Time;
  readonly carry: Carry;
  /** Outer list in order, inner together (all gradients, then all updates). */
  readonly updates: readonly (readonly Update[])[];
  /** Why this anchor; logged at the switch. */
  readonly decision?: Decision;
  /** It only finds something out: what it costs is counted as search. */
  readonly search?: true;
}

/** A finished stage. */
export interface StageRecord {
  readonly name: string;
  readonly steps: number;
  readonly epochs: number;
  readonly anchors: readonly AnchorId[];
  /** False where the policy decided to stay: the stage belongs to the move before it. */
  readonly moved: boolean;
  /** Hash of the learner's weights at its end. */
  readonly sha256: string;
  /** How its first guide was altered, where it was. */
  readonly soften?: number;
  readonly route?: RouteSide;
  /** On the held-out samples at its end: `val/top1`, `val/kl`, …; absent where none are held out. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** What a curriculum may know before any training: for plans and costs. */
export interface OutlineView {
  readonly training: Training;
  /** Absent where the run has no route. Anchors of a route not yet trained carry no metrics. */
  readonly route?: Manifest;
  /** Epochs of a condition's run with the same seeds: known, or an upper bound. */
  readonly epochsOf: (condition: string) => { readonly epochs: readonly number[]; readonly exact: boolean };
}

export interface Outline {
  /** Epochs of each stage. */
  readonly epochs: readonly number[];
  /** Anchors in order where they are known. */
  readonly anchors?: readonly AnchorId[];
  /** False where `epochs` is an upper bound. */
  readonly exact: boolean;
  /** Teachers that each stage asks. @default one where it uses a route */
  readonly teachers?: readonly number[];
}

export interface CurriculumView {
  /** The learner's own training as the study gives it. */
  readonly training: Training;
  readonly stages: readonly StageRecord[];
  /** Absent where the curriculum asks for no route. */
  readonly anchors?: AnchorView;
  /** Finished stages of a condition that `after` names, same seeds. */
  readonly stagesOf: (condition: string) => readonly StageRecord[];
}

/** Says what is trained next. Pure: it drives the one loop and never runs one of its own. */
export interface Curriculum {
  /** Whether it learns from a recorded route. */
  readonly usesRoute: boolean;
  /** Conditions whose runs must end first, since this one copies their lengths. */
  readonly after: readonly string[];
  /** Whether it may learn from the route of another teacher besides. @default false */
  readonly usesForeign?: boolean;
  /** Whether it decides by held-out metrics of finished stages. @default false */
  readonly usesHeldOut?: boolean;
  outline(view: OutlineView): Outline;
  next(view: CurriculumView): Promise<Stage | 'done'>;
}
