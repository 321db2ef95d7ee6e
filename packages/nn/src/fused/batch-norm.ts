/** Batch normalisation with batch statistics. Ioffe & Szegedy, arXiv 1502.03167, algorithm 1 and section 3. */
import {
  add,
  engine,
  mean as average,
  mul,
  relu as rectify,
  reshape,
  rsqrt,
  square,
  step,
  sub,
  sum,
  tidy,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { tensorAt } from '../operations/operation.ts';
import { hasKernel, runFused } from './kernel.ts';

export interface BatchNormSettings {
  readonly epsilon: number;
  /** A ReLU behind it. */
  readonly relu: boolean;
}

export interface Normalised {
  readonly y: Tensor;
  /** [channels]. */
  readonly mean: Tensor;
  /** [channels], biased. */
  readonly variance: Tensor;
}

/** y = relu?((x − mean)/√(variance + ε)·gamma + beta) with the statistics of x over all axes but the last. */
export function batchNormTrain(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  settings: BatchNormSettings,
): Normalised {
  if (hasKernel('CairnBatchNormTrain')) {
    const result = runFused('CairnBatchNormTrain', { x, gamma, beta }, { ...settings });
    return { y: tensorAt(result, 0), mean: tensorAt(result, 1), variance: tensorAt(result, 2) };
  }
  return tidy(() => {
    const mean = average(asRows(x), 0);
    const centred = sub(x, mean);
    const variance = average(square(asRows(centred)), 0);
    const y = add(mul(centred, scaleOf(gamma, variance, settings)), beta);
    return { y: settings.relu ? rectify(y) : y, mean, variance };
  });
}

/** What `batchNormTrain` was called with and what it returned. */
export interface NormalisedInputs {
  readonly x: Tensor;
  readonly gamma: Tensor;
  readonly beta: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

export interface BatchNormGradients {
  readonly dx: Tensor;
  readonly dgamma: Tensor;
  readonly dbeta: Tensor;
}

/** Gradients of `batchNormTrain`, through the statistics too. */
export function batchNormTrainGrad(
  dy: Tensor,
  inputs: NormalisedInputs,
  settings: BatchNormSettings,
): BatchNormGradients {
  if (hasKernel('CairnBatchNormTrainGrad')) {
    const result = runFused('CairnBatchNormTrainGrad', { dy, ...inputs }, { ...settings });
    return { dx: tensorAt(result, 0), dgamma: tensorAt(result, 1), dbeta: tensorAt(result, 2) };
  }
  return tidy(() => {
    const { x, gamma, beta, mean, variance } = inputs;
    const centred = sub(x, mean);
    const scale = scaleOf(gamma, variance, settings);
    const g = settings.relu ? mul(dy, step(add(mul(centred, scale), beta))) : dy;
    const normalised = mul(centred, rsqrt(add(variance, settings.epsilon)));
    const dbeta = sum(asRows(g), 0);
    const dgamma = sum(asRows(mul(g, normalised)), 0);
    const count = x.size / mean.size;
    const shared = mul(add(dbeta, mul(normalised, dgamma)), 1 / count);
    return { dx: mul(scale, sub(g, shared)), dgamma, dbeta };
  });
}

/** With given statistics, as in inference. */
export function batchNormInfer(
  x: Tensor,
  statistics: Omit<NormalisedInputs, 'x'>,
  settings: BatchNormSettings,
): Tensor {
  if (hasKernel('CairnBatchNormInfer'))
    return tensorAt(runFused('CairnBatchNormInfer', { x, ...statistics }, { ...settings }), 0);
  const { gamma, beta, mean, variance } = statistics;
  return tidy(() => {
    const inputs = { x, scale: gamma, offset: beta, mean, variance };
    const y: Tensor = engine().runKernel('FusedBatchNorm', inputs, { varianceEpsilon: settings.epsilon });
    return settings.relu ? rectify(y) : y;
  });
}

function scaleOf(gamma: Tensor, variance: Tensor, { epsilon }: BatchNormSettings): Tensor {
  return mul(gamma, rsqrt(add(variance, epsilon)));
}

function asRows(x: Tensor): Tensor {
  return reshape(x, [-1, x.shape.at(-1) ?? 1]);
}
