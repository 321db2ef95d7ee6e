import { logSoftmaxRows, type EvalContext } from '@cairn/core';

/** Mean −log softmax(z)_y over the samples, in nats. Infinite where a true class has probability 0. */
export function negativeLogLikelihood({ logits, labels, classes }: EvalContext): number {
  const logP = logSoftmaxRows(logits, classes);
  let sum = 0;
  labels.forEach((label, row) => (sum -= logP[row * classes + label] as number));
  return sum / labels.length;
}
