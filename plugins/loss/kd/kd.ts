import { softmaxCeKl } from '@cairn/nn';
import { UsageError, type LossInput, type LossNeeds, type LossValue, type NetInfo } from '@cairn/core';
import { mul, type Scalar, type Tensor2D } from '@tensorflow/tfjs-core';

export interface KdOptions {
  readonly temperature: number;
  readonly ceWeight: number;
  readonly kdWeight: number;
}

/**
 * ceWeight·CE + kdWeight·T²·KL( softmax(z_guide/T) ‖ softmax(z_learner/T) ), a mean over the batch, in nats. T² keeps
 * the gradient's size about the same at any temperature. The caller owns the scalars; parts are without weights.
 */
export function kdLoss(
  { learner, guide, labels }: Omit<LossInput, 'indices'>,
  options: KdOptions,
): LossValue {
  const { temperature, ceWeight, kdWeight } = options;
  const square = temperature ** 2;
  const { total, ce, kl } = softmaxCeKl(learner['logits'] as Tensor2D, {
    teacher: guide['logits'] as Tensor2D,
    labels,
    temperature,
    ceWeight,
    klWeight: kdWeight * square,
  });
  const kd = mul<Scalar>(kl, square);
  kl.dispose();
  return { total, parts: { ce, kd } };
}

/** @throws CAIRN_LOSS_GUIDE without a guide, CAIRN_LOSS_SHAPE where the two have different classes */
export function kdNeeds(learner: NetInfo, guide?: NetInfo): LossNeeds {
  if (guide === undefined) {
    throw new UsageError('CAIRN_LOSS_GUIDE', 'loss kd: this update has no guide to learn from', {
      fix: 'crossEntropy() learns from labels alone; or a curriculum with a teacher',
    });
  }
  const [own, other] = [learner, guide].map(({ outputs }) => outputs['logits']?.join(' × ') ?? 'no');
  if (own !== other) {
    throw new UsageError('CAIRN_LOSS_SHAPE', `loss kd: the learner has ${own} classes, the guide ${other}`, {
      fix: 'a route and a student of one data set',
    });
  }
  return { learner: ['logits'], guide: ['logits'] };
}
