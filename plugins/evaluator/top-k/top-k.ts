import { classRank, type EvalContext } from '@cairn/core';

/**
 * Share of samples, 0 to 1, whose class is among the k highest logits. Equal logits rank by class index, the
 * lower first; a class with a logit that is not a number ranks last, so a broken network scores nothing.
 * @param k at least 1; a k of all classes or more gives 1
 */
export function topKAccuracy({ logits, labels, classes }: EvalContext, k: number): number {
  let correct = 0;
  labels.forEach((label, row) => {
    if (classRank(logits.subarray(row * classes, (row + 1) * classes), label) < k) correct++;
  });
  return correct / labels.length;
}
