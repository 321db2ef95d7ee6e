import { classRank, klOfLogits, mean, topClass, type EvalContext } from '@cairn/core';

/** Logits of a student and of its reference on the same samples. */
export type PairContext = EvalContext & { readonly reference: Float32Array };

/** Mean KL( softmax(reference/T) ‖ softmax(student/T) ) over the samples, in nats; no factor T². */
export function meanKl({ logits, reference, classes }: PairContext, temperature: number): number {
  return mean(klOfLogits(reference, logits, classes, temperature));
}

/**
 * Share of samples, 0 to 1, whose highest class by the reference is among the student's k highest. Equal logits
 * rank by class index, the lower first.
 */
export function agreement({ logits, reference, classes }: PairContext, k: number): number {
  const size = logits.length / classes;
  let agreed = 0;
  for (let start = 0; start < logits.length; start += classes) {
    const target = topClass(reference.subarray(start, start + classes));
    if (classRank(logits.subarray(start, start + classes), target) < k) agreed++;
  }
  return agreed / size;
}
