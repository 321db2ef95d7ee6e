import { logSoftmaxRows, type EvalContext } from '@cairn/core';

/** Mean over samples of Σ_k (p_k − [y = k])², the sum over all classes: 0 (sure and right) to 2 (sure and wrong). */
export function brierScore({ logits, labels, classes }: EvalContext): number {
  const logP = logSoftmaxRows(logits, classes);
  let sum = 0;
  labels.forEach((label, row) => {
    for (let k = 0; k < classes; k++) {
      sum += (Math.exp(logP[row * classes + k] as number) - (k === label ? 1 : 0)) ** 2;
    }
  });
  return sum / labels.length;
}
