import type {
  AnchorId,
  Backend,
  Manifest,
  PluginData,
  Plugins,
  RunRecord,
  Splits,
  Stage,
  StageRecord,
  Store,
  Tracker,
  Training,
  ViewAddress,
} from '@cairn/core';
import type { OutputCache, OutputsType, RouteWriter } from '@cairn/route';

/** What one run is: plain data, hashed for its identity. */
export interface RunSpec {
  /** Keeps a teacher's randomness apart from a student's of the same seed. */
  readonly role: 'teacher' | 'student';
  readonly seed: number;
  readonly model: PluginData<'model'>;
  readonly curriculum: PluginData<'curriculum'>;
  readonly training: Training;
  readonly augmentations: readonly PluginData<'augmentation'>[];
  /** Fixed views of each image, from the bank of this seed. @default a fresh one in every epoch */
  readonly augmentation?: { readonly views: number; readonly seed: number };
  /** In what a guide's outputs come. @default float32 */
  readonly teacherOutputs?: OutputsType;
  readonly evaluators: readonly PluginData<'evaluator'>[];
  readonly batch: number;
  /** The most samples to train on, a stratified part of those not held out. @default all */
  readonly samples?: number;
  readonly validation: { readonly fraction: number; readonly probe: number; readonly seed: number };
}

/** What a student's run reads of its teacher. */
export interface RunRoute {
  readonly manifest: Manifest;
  readonly store: Store;
  readonly model: PluginData<'model'>;
}

/** An output of anchors for every sample of an epoch. */
export interface Lesson {
  readonly routeId: string;
  readonly anchors: readonly AnchorId[];
  readonly view: ViewAddress;
  readonly output: string;
}

/** What the time of a step goes to; the rest of it is the loop's own. A checkpoint comes now and then, between steps. */
export type StepPart = 'data' | 'teacher' | 'forward' | 'loss' | 'backward' | 'update' | 'checkpoint';

/** What the host lends a run. */
export interface RunEnvironment {
  readonly plugins: Plugins;
  readonly backend: Backend;
  readonly numerics: string;
  readonly splits: Splits;
  /** The run's folder: `checkpoint/`, `weights/`. */
  readonly store: Store;
  readonly journal: RunJournal;
  /** The first records of a run: who, what, on which data. */
  readonly header: readonly RunRecord[];
  /** Outputs of anchors, on the probe and on what students train on; shared by runs. */
  readonly cache: OutputCache;
  /** Whether what anchors say of a view will be asked for again. @default never */
  readonly keepOutputs?: (lesson: Lesson) => boolean;
  readonly route?: RunRoute;
  /** The route of another teacher of the study, where the curriculum asks for one. */
  readonly foreign?: RunRoute;
  /** Where a teacher's states go, and which. */
  readonly record?: { readonly writer: RouteWriter; readonly recorder: PluginData<'route-recorder'> };
  /** Finished stages of the runs that the curriculum copies, by condition. */
  readonly stagesOf: (condition: string) => readonly StageRecord[];
  readonly observer: RunObserver;
  /** Save and stop at the next step. */
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Seconds between checkpoints inside a stage. */
  readonly checkpointSeconds: number;
  /** Told of each part of a step that is done, by `performance.now()`. @default nobody looks at the clock */
  readonly timed?: (part: StepPart, start: number, end: number) => void;
  /** Lets timers and signals in between two steps. */
  readonly breathe: () => Promise<void>;
}

/** A journal that a resumed run can write again without doubling its records. */
export interface RunJournal extends Tracker {
  /** Ordinal of the next record. */
  readonly position: number;
  /** The next records repeat those from this ordinal on: they are not written twice. Called once, first. */
  rewindTo(position: number): void;
}

export interface RunProgress {
  /** From 1. */
  readonly stage: number;
  /** Epochs done in the stage, and its length. */
  readonly stageEpoch: number;
  readonly stageEpochs: number;
  /** Epochs done over the learner's whole life. */
  readonly epoch: number;
  /** Images trained on so far. */
  readonly images: number;
  /** What was logged at this step: empty but at an epoch's end. */
  readonly metrics: Readonly<Record<string, number>>;
}

export interface RunObserver {
  progress(progress: RunProgress): void;
  /** An event worth a line that stays, such as an anchor switch. */
  note(text: string): void;
}

/** One epoch as it is logged: metric keys to values. */
export interface EpochRow {
  readonly epoch: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Multiply-adds, by what they were spent on. */
export interface Cost {
  readonly images: number;
  readonly student: number;
  readonly teacher: number;
  readonly search: number;
}

/** How many batches a guide was asked for, and for how many of them the cache answered. */
export interface Reuse {
  readonly batches: number;
  readonly cached: number;
  /** Of guides, not done since the cache answered; in the cost all the same. */
  readonly multiplyAdds: number;
}

/** Where a run stands: with the networks' states, all that a resume needs. Plain JSON. */
export interface RunState {
  /** Updates over the learner's whole life. */
  step: number;
  stage: Stage | undefined;
  stepInStage: number;
  /** Updates since the schedule last started. */
  clock: number;
  /** Updates when the learner last began anew: its order and its augmentation count from there. */
  born: number;
  stages: StageRecord[];
  sums: Record<string, number>;
  best: { epoch: number; top1: number } | undefined;
  cost: Cost;
  reuse: Reuse;
  seconds: number;
  /** Anchors whose outputs the policy has paid for. */
  probed: AnchorId[];
  /** Journal records that belong to this state. */
  records: number;
}

export interface RunResult {
  readonly last: Readonly<Record<string, number>>;
  readonly best: { readonly epoch: number; readonly metrics: Readonly<Record<string, number>> };
  readonly weightsSha256: string;
  readonly stages: readonly StageRecord[];
  readonly epochs: number;
  /** As if no guide's outputs had come from the cache. */
  readonly cost: Cost;
  /** What the cache held when it ran: no part of what the run is, as little as its time. Older runs do not say it. */
  readonly reuse?: Reuse;
  readonly seconds: number;
}
