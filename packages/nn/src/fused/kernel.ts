/**
 * Fused operations: a kernel of our own where the active backend registered it, the same result composed of stock
 * operations elsewhere. Both are tested against each other.
 */
import { engine, getBackend, getKernel, type Tensor } from '@tensorflow/tfjs-core';

/**
 * The names under which backends register what they fuse, with inputs, settings and outputs:
 * - `CairnBatchNormTrain` {x, gamma, beta} {epsilon, relu} → [y, mean, variance (biased)]
 * - `CairnBatchNormTrainGrad` {dy, x, gamma, beta, mean, variance} {epsilon, relu} → [dx, dgamma, dbeta]
 * - `CairnBatchNormInfer` {x, gamma, beta, mean, variance} {epsilon, relu} → [y]
 * - `CairnReluGrad` {dy, y} → [dx]
 * - `CairnMomentumUpdate` {w, g, v} {learningRate, momentum, dampening, nesterov, weightDecay, first} → [], w and v in place
 * - `CairnSoftmaxCeKl` {student, teacher?, labels?} {temperature, ceWeight, klWeight} → [ce, kl, dStudent]
 */
export type FusedKernel =
  | 'CairnBatchNormTrain'
  | 'CairnBatchNormTrainGrad'
  | 'CairnBatchNormInfer'
  | 'CairnReluGrad'
  | 'CairnMomentumUpdate'
  | 'CairnSoftmaxCeKl';

export function hasKernel(name: FusedKernel): boolean {
  return getKernel(name, getBackend()) !== undefined;
}

/** Runs a registered kernel. Inputs that a call lacks must be left out, not undefined. */
export function runFused(
  name: FusedKernel,
  inputs: Record<string, Tensor>,
  settings: Readonly<Record<string, number | boolean>>,
): readonly Tensor[] {
  const result = engine().runKernel<Tensor | Tensor[]>(name, inputs, { ...settings });
  return Array.isArray(result) ? result : [result];
}
