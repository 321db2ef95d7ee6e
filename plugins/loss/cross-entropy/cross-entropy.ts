import { softmaxCeKl } from '@cairn/nn';
import type { LossInput, LossValue } from '@cairn/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';

/** Mean −log softmax(z)_y over the batch, in nats. The caller owns the scalars. */
export function crossEntropyLoss({ learner, labels }: Pick<LossInput, 'learner' | 'labels'>): LossValue {
  const { total, ce, kl } = softmaxCeKl(learner['logits'] as Tensor2D, { labels, ceWeight: 1, klWeight: 0 });
  kl.dispose();
  return { total, parts: { ce } };
}
