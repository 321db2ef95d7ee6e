/** What studies of RCO have in common: the conditions that are compared, and what is asked of them. */
import { equalEpochs } from '@cairn/anchor-policy-equal-epochs';
import { greedy } from '@cairn/anchor-policy-greedy';
import { converged } from '@cairn/curriculum-converged';
import { rco } from '@cairn/curriculum-rco';
import { supervised } from '@cairn/curriculum-supervised';
import { crossEntropy } from '@cairn/loss-cross-entropy';
import { kd } from '@cairn/loss-kd';

/** RCO in stages with so many anchors, by both policies; plain KD; KD as long, with RCO's restarts and without. */
export const rcoConditions = (anchors: number) => ({
  scratch: { curriculum: supervised({ loss: crossEntropy() }) },
  kd: { curriculum: converged({ loss: kd() }) },
  'kd-long': { curriculum: converged({ loss: kd(), epochs: { as: 'rco-eei' } }) },
  'kd-restarts': { curriculum: converged({ loss: kd(), restarts: { as: 'rco-eei' } }) },
  'kd-restarts-greedy': { curriculum: converged({ loss: kd(), restarts: { as: 'rco-greedy' } }) },
  'rco-eei': {
    curriculum: rco({ loss: kd(), anchorPolicy: equalEpochs({ anchors }) }),
    control: 'kd-restarts',
  },
  'rco-greedy': {
    curriculum: rco({ loss: kd(), anchorPolicy: greedy({ anchors }) }),
    control: 'kd-restarts-greedy',
  },
});

/**
 * Congruence with the converged teacher, the paper's own claim, and accuracy.
 * @param margin what counts as no difference in accuracy, 0 to 1
 */
export const contrasts = (condition: string, against: string, margin: number) => [
  { condition, against, metric: 'test/kl' },
  { condition, against, metric: 'test/top1', margin },
];
