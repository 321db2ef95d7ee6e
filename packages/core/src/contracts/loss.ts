import type { Scalar, Tensor1D } from '@tensorflow/tfjs-core';
import type { Random } from '../random.ts';
import type { NetInfo, Outputs } from './network.ts';

/** What a loss asks of the two sides: names of outputs and taps. */
export interface LossNeeds {
  readonly learner: readonly string[];
  readonly guide: readonly string[];
}

export interface LossContext {
  readonly learner: NetInfo;
  readonly guide?: NetInfo;
  readonly classes: number;
  readonly datasetSize: number;
  readonly random: Random;
}

export interface LossInput {
  readonly learner: Outputs;
  /** Empty where there is no guide. Gradients never flow into it. */
  readonly guide: Outputs;
  /** int32 [batch]. */
  readonly labels: Tensor1D;
  /** Rows of the training split, [batch]. */
  readonly indices: Int32Array;
}

export interface LossValue {
  /** Minimised: a mean over the batch. */
  readonly total: Scalar;
  /** Logged as `train/<name>`. May share tensors with `total`. */
  readonly parts: Readonly<Record<string, Scalar>>;
}

export interface LossInstance {
  /** Differentiable in `learner` under tfjs autograd. Called inside a tidy; keeps nothing. */
  compute(input: LossInput): LossValue;
}

/**
 * The objective of one update, in plain tfjs. Learner and guide, not student and teacher: in ProKT and mutual
 * learning the roles turn round.
 */
export interface DistillLoss {
  /** @throws CAIRN_LOSS_GUIDE, CAIRN_LOSS_SHAPE at planning time */
  needs(learner: NetInfo, guide?: NetInfo): LossNeeds;
  create(context: LossContext): LossInstance;
}
