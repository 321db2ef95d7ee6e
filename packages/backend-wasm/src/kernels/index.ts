/** The catalogue: adding a kernel means a file in this folder and a line here. */
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { batchNormInfer } from './batch-norm-infer.ts';
import { batchNormTrain } from './batch-norm-train.ts';
import { batchNormTrainGrad } from './batch-norm-train-grad.ts';
import { conv2d } from './conv2d.ts';
import { conv2dFilterGrad } from './conv2d-filter-grad.ts';
import { conv2dInputGrad } from './conv2d-input-grad.ts';
import { depthwiseConv2d } from './depthwise-conv2d.ts';
import { depthwiseFilterGrad } from './depthwise-filter-grad.ts';
import { depthwiseInputGrad } from './depthwise-input-grad.ts';
import { einsum } from './einsum.ts';
import { momentumUpdate } from './momentum-update.ts';
import { avgPoolGrad, maxPoolGrad } from './pool-grad.ts';
import { refusedKernels } from './refused.ts';
import { reluGrad } from './relu-grad.ts';
import { segmentSum } from './segment-sum.ts';
import { softmaxCeKl } from './softmax-ce-kl.ts';

export const trainingKernels: readonly KernelConfig[] = [
  conv2d,
  conv2dInputGrad,
  conv2dFilterGrad,
  depthwiseConv2d,
  depthwiseInputGrad,
  depthwiseFilterGrad,
  maxPoolGrad,
  avgPoolGrad,
  segmentSum,
  einsum,
  batchNormTrain,
  batchNormTrainGrad,
  batchNormInfer,
  reluGrad,
  momentumUpdate,
  softmaxCeKl,
];

/** Everything that is registered; the refused kernels only throw. */
export const registeredKernels: readonly KernelConfig[] = [...trainingKernels, ...refusedKernels];
