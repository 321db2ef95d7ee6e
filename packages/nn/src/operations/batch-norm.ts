import type { Shape } from '@cairn/core';
import { add, mul, scalar, sub, type Tensor } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { batchNormInfer, batchNormTrain, batchNormTrainGrad } from '../fused/batch-norm.ts';
import { arrayOf, tensorAt, type ArrayRole, type Operation } from './operation.ts';

const attributes = z.strictObject({
  epsilon: z.number().positive().default(1e-5),
  /** PyTorch's: the share of the new statistic. */
  momentum: z.number().min(0).max(1).default(0.1),
  /** Followed by a ReLU in the same kernel; set by the executor's fusion. */
  relu: z.boolean().default(false),
});

/** Batch normalisation over all axes but the last. The running variance is the unbiased one, as in PyTorch. */
export const batchNorm: Operation<typeof attributes> = {
  attributes,
  arity: 1,
  shape: ([input = []]) => input,
  arrays([input = []]) {
    const shape = [input.at(-1) ?? 0];
    return {
      gamma: { ...role('weight', shape, 'ones'), trained: true },
      beta: { ...role('bias', shape, 'zeros'), trained: true },
      runningMean: role('running_mean', shape, 'zeros'),
      runningVariance: role('running_var', shape, 'ones'),
      batches: { ...role('num_batches_tracked', [], 'zeros'), dtype: 'int32' },
    };
  },
  // In inference it is part of the convolution before it; published counts leave it out.
  multiplyAdds: () => 0,
  train({ inputs, arrays, attributes: { epsilon, momentum, relu } }) {
    const x = tensorAt(inputs, 0);
    const { y, mean, variance } = batchNormTrain(x, arrayOf(arrays, 'gamma'), arrayOf(arrays, 'beta'), {
      epsilon,
      relu,
    });
    const count = x.size / mean.size;
    // A single value has no unbiased variance: PyTorch refuses it, we take the biased one.
    const unbiased = count > 1 ? count / (count - 1) : 1;
    return {
      value: y,
      saved: [x, mean, variance],
      buffers: {
        runningMean: moved(arrayOf(arrays, 'runningMean'), mean, momentum, 1),
        runningVariance: moved(arrayOf(arrays, 'runningVariance'), variance, momentum, unbiased),
        batches: add(arrayOf(arrays, 'batches'), scalar(1, 'int32')),
      },
    };
  },
  infer({ inputs, arrays, attributes: { epsilon, relu } }) {
    return batchNormInfer(
      tensorAt(inputs, 0),
      {
        gamma: arrayOf(arrays, 'gamma'),
        beta: arrayOf(arrays, 'beta'),
        mean: arrayOf(arrays, 'runningMean'),
        variance: arrayOf(arrays, 'runningVariance'),
      },
      { epsilon, relu },
    );
  },
  backward({ dy, saved, arrays, attributes: { epsilon, relu } }) {
    const { dx, dgamma, dbeta } = batchNormTrainGrad(
      dy,
      {
        x: tensorAt(saved, 0),
        mean: tensorAt(saved, 1),
        variance: tensorAt(saved, 2),
        gamma: arrayOf(arrays, 'gamma'),
        beta: arrayOf(arrays, 'beta'),
      },
      { epsilon, relu },
    );
    return { inputs: [dx], arrays: { gamma: dgamma, beta: dbeta } };
  },
};

function role(name: string, shape: Shape, kind: 'zeros' | 'ones'): ArrayRole {
  return { name, shape, init: { kind }, trained: false };
}

/** (1 − momentum)·old + momentum·factor·value. */
function moved(old: Tensor, value: Tensor, momentum: number, factor: number): Tensor {
  const target = factor === 1 ? value : mul(value, factor);
  return add(old, mul(sub(target, old), momentum));
}
