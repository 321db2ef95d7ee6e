/** What the figures are drawn from: series of runs, states in predictions and weights, what was said of test images. */

export interface TracePoint {
  /** Of the student, over its whole life. */
  readonly epoch: number;
  readonly value: number;
}

/** A run as it went. */
export interface RunTrace {
  readonly condition: string;
  readonly seed: number;
  readonly teacherSeed?: number;
  /** By metric: `train/loss`, `val/top1`, … */
  readonly series: ReadonlyMap<string, readonly TracePoint[]>;
  /** When an anchor began to teach, and of which teacher epochs. */
  readonly switches: readonly { readonly epoch: number; readonly anchors: readonly number[] }[];
}

/** A state of a network, somewhere in a plane. */
export interface PathPoint {
  readonly epoch: number;
  readonly x: number;
  readonly y: number;
}

export interface Path {
  /** Absent for the teacher's. */
  readonly condition?: string;
  readonly seed: number;
  readonly points: readonly PathPoint[];
  /** Of a run of one stage: between its first and its last state it kept at most the best one. */
  readonly oneStage?: boolean;
}

/** How hard the states of a route are for a student at the end of each of its stages. */
export interface HardnessRow {
  readonly condition: string;
  /** Student epochs done. */
  readonly epoch: number;
  /** KL(candidate ‖ student) in nats per candidate, mean over seeds. */
  readonly kl: readonly number[];
  /** Share of samples with the same first class, mean over seeds. */
  readonly agreement: readonly number[];
  /** Teacher epochs of the anchors that teach from here on, of any seed. */
  readonly next: readonly number[];
  /** How many have a state at this epoch. */
  readonly seeds: number;
}

export interface HardnessMap {
  /** Teacher epochs. */
  readonly candidates: readonly number[];
  readonly rows: readonly HardnessRow[];
  readonly samples: number;
  /** Runs without a route, or whose route has other candidates. */
  readonly leftOut: number;
}

/** What a run's last weights say of each test image. */
export interface TestAnswers {
  readonly condition: string;
  readonly seed: number;
  readonly teacherSeed?: number;
  readonly labels: Int32Array;
  readonly predicted: Int32Array;
  /** Probability of the predicted class; absent where only classes are known. */
  readonly confidence?: Float32Array;
}

/** The loss around a state along two random directions, each filter of the length that it has in the weights. */
export interface Landscape {
  /** `teacher, epoch 10`, `rco-eei, seed 0` */
  readonly name: string;
  /** Along both directions, in lengths of the filters. */
  readonly steps: readonly number[];
  /** Mean loss, row-major [second direction × first]. */
  readonly loss: readonly number[];
  readonly samples: number;
}
