import {
  add,
  customGrad,
  div,
  exp,
  logSoftmax,
  mul,
  neg,
  oneHot,
  scalar,
  sub,
  sum,
  tidy,
  zerosLike,
  type GradSaveFunc,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { tensorAt } from '../operations/operation.ts';
import { hasKernel, runFused } from './kernel.ts';

export interface SoftmaxCeKlInputs {
  /** Teacher logits [batch, classes]; without them `kl` is 0. */
  readonly teacher?: Tensor2D;
  /** int32 [batch], each in 0…classes − 1; without them `ce` is 0. */
  readonly labels?: Tensor1D;
  /** Of the divergence, for both sides. @default 1 */
  readonly temperature?: number;
  /** @default 1 */
  readonly ceWeight?: number;
  /** A factor T² is the caller's. @default 1 */
  readonly klWeight?: number;
}

export interface SoftmaxCeKl {
  /** ceWeight·ce + klWeight·kl; differentiable in the student's logits, and in nothing else. */
  readonly total: Scalar;
  /** mean −log softmax(student)[label]; a number to log, without a gradient. */
  readonly ce: Scalar;
  /** mean KL(softmax(teacher/T) ‖ softmax(student/T)); a number to log, without a gradient. */
  readonly kl: Scalar;
}

/**
 * Cross-entropy to labels and divergence to a teacher in one pass over the logits.
 * Hinton et al., arXiv 1503.02531, section 2.
 */
export function softmaxCeKl(student: Tensor2D, inputs: SoftmaxCeKlInputs): SoftmaxCeKl {
  const weights = { temperature: 1, ceWeight: 1, klWeight: 1, ...inputs };
  return tidy(() => {
    const { ce, kl, gradient } = lossesAndGradient(student, weights);
    // The gradient is known already, so autograd only has to scale it.
    const weighted = customGrad((_student, save) => {
      (save as GradSaveFunc)([gradient]);
      return {
        value: add(mul(ce, weights.ceWeight), mul(kl, weights.klWeight)),
        gradFunc: (dy: Tensor, saved: readonly Tensor[]) => mul(tensorAt(saved, 0), dy),
      };
    });
    const total = weighted(student) as Scalar;
    return { total, ce, kl };
  });
}

type Weights = SoftmaxCeKlInputs & Required<Pick<SoftmaxCeKlInputs, 'temperature' | 'ceWeight' | 'klWeight'>>;

interface LossesAndGradient {
  readonly ce: Scalar;
  readonly kl: Scalar;
  readonly gradient: Tensor2D;
}

function lossesAndGradient(student: Tensor2D, weights: Weights): LossesAndGradient {
  const { teacher, labels, temperature, ceWeight, klWeight } = weights;
  if (hasKernel('CairnSoftmaxCeKl')) {
    const tensors = { student, ...(teacher && { teacher }), ...(labels && { labels }) };
    const result = runFused('CairnSoftmaxCeKl', tensors, { temperature, ceWeight, klWeight });
    return {
      ce: tensorAt(result, 0) as Scalar,
      kl: tensorAt(result, 1) as Scalar,
      gradient: tensorAt(result, 2) as Tensor2D,
    };
  }
  const hard = labels === undefined ? nothing(student) : crossEntropy(student, labels, ceWeight);
  const soft = teacher === undefined ? nothing(student) : divergence(student, teacher, temperature, klWeight);
  return { ce: hard.loss, kl: soft.loss, gradient: add(hard.gradient, soft.gradient) };
}

interface Part {
  readonly loss: Scalar;
  readonly gradient: Tensor2D;
}

function nothing(student: Tensor2D): Part {
  return { loss: scalar(0), gradient: zerosLike(student) };
}

function crossEntropy(student: Tensor2D, labels: Tensor1D, weight: number): Part {
  const [batch, classes] = student.shape;
  const logP = logSoftmax(student);
  const target = oneHot(labels, classes);
  const loss = div<Scalar>(neg(sum(mul(target, logP))), batch);
  return { loss, gradient: mul(sub(exp(logP), target), weight / batch) };
}

function divergence(student: Tensor2D, teacher: Tensor2D, temperature: number, weight: number): Part {
  const [batch] = student.shape;
  const logQ = logSoftmax(div<Tensor2D>(student, temperature));
  const logP = logSoftmax(div<Tensor2D>(teacher, temperature));
  const p = exp(logP);
  const loss = div<Scalar>(sum(mul(p, sub(logP, logQ))), batch);
  return { loss, gradient: mul(sub(exp(logQ), p), weight / (batch * temperature)) };
}
