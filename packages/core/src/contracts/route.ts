import type { JsonObject } from '../json.ts';
import type { Batch } from './batch.ts';
import type { NetInfo, Outputs } from './network.ts';

/** An anchor's id is the optimiser step after which it was recorded. */
export type AnchorId = number;

/** One state that the teacher passed through. */
export interface Anchor {
  readonly id: AnchorId;
  /** Epochs done at this step: a whole number at an epoch's end. */
  readonly epoch: number;
  /** Learning rate of the step that led here; 0 for the initial state. */
  readonly learningRate: number;
  /** `val/top1` and its kin where it was evaluated. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly file: string;
  /** Hash over sorted names, dtypes, shapes and bytes of parameters and buffers. */
  readonly sha256: string;
}

/** The route as a study sees it: anchors in order, the converged teacher last. */
export interface Manifest {
  /** Hash of all that changes the teacher's weights. */
  readonly id: string;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly anchors: readonly [Anchor, ...Anchor[]];
  /** The teacher's model, data, schedule and seed. */
  readonly config: JsonObject;
}

/** What a recorder is asked about: the state after `step` updates. Step 0 is the initial state. */
export interface RouteEvent {
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  /** The rate of the update that led here, and of the next one (0 at the end). */
  readonly learningRate: number;
  readonly nextLearningRate: number;
}

/** Chooses which states of the teacher become anchors; the converged one always does. Pure. */
export interface RouteRecorder {
  keep(event: RouteEvent): boolean;
}

/** Where a learner's supervision comes from: a recorded anchor, several, or a network that moves. */
export interface Teacher {
  /** Names what supervises, for logs and cache keys. */
  readonly identity: string;
  readonly info: NetInfo;
  /**
   * Outputs for a batch; the caller owns them.
   * @param wanted names of outputs and taps to return; all there are by default
   */
  supervise(batch: Batch, wanted?: readonly string[]): Promise<Outputs>;
  dispose(): void;
}
