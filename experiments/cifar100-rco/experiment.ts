/**
 * RCO on CIFAR-100: does a small network learn more from the states that its teacher passed on the way than from
 * the converged teacher, at equal cost?
 *
 * Paper: Jin et al., ICCV 2019, arXiv 1904.09149. Its pair and recipe are not public; this is RepDistiller's
 * protocol (SGD 0.05, momentum 0.9, no Nesterov, weight decay 5e-4 on everything, batch 64, 240 epochs, tenfold
 * drops after 150, 180 and 210) with one difference: 10 % of the training images are held out. Published with that
 * protocol on all training images (RepDistiller's README, last epoch): ResNet-56 72.34, ResNet-20 69.06, KD 70.66.
 *
 * Commands: npx nx run experiments:cifar100-rco            (profile quick: an hour; cannot conclude)
 *           npx nx run experiments:cifar100-rco:evidence   (a night; what a small machine can show)
 *           npx nx run experiments:cifar100-rco:paper      (the whole schedule)
 * Their cost: add --plan.
 */
import { entropyMatched } from '@cairn/anchor-policy-entropy-matched';
import { equalEpochs } from '@cairn/anchor-policy-equal-epochs';
import { greedy } from '@cairn/anchor-policy-greedy';
import { shuffled } from '@cairn/anchor-policy-shuffled';
import { cropFlip } from '@cairn/augmentation-crop-flip';
import { defineStudy, type OverrideValue, type TrainingInput } from '@cairn/core';
import { converged } from '@cairn/curriculum-converged';
import { rco } from '@cairn/curriculum-rco';
import { supervised } from '@cairn/curriculum-supervised';
import { cifar100 } from '@cairn/dataset-cifar100';
import { brier } from '@cairn/evaluator-brier';
import { ece } from '@cairn/evaluator-ece';
import { fidelity } from '@cairn/evaluator-fidelity';
import { nll } from '@cairn/evaluator-nll';
import { topK } from '@cairn/evaluator-top-k';
import { local } from '@cairn/launcher-local';
import { crossEntropy } from '@cairn/loss-cross-entropy';
import { kd } from '@cairn/loss-kd';
import { resnet } from '@cairn/model-resnet';
import { everyEpochs } from '@cairn/route-recorder-every-epochs';
import { contrasts, rcoConditions } from '../rco-conditions.ts';

const training: TrainingInput = {
  epochs: 240,
  optimizer: { name: 'sgd', learningRate: 0.05, momentum: 0.9, weightDecay: 5e-4 },
  // Epochs 150, 180 and 210 of 240, wherever a profile changes the length.
  schedule: { name: 'step', at: [{ fraction: 0.625 }, { fraction: 0.75 }, { fraction: 0.875 }], factor: 0.1 },
};
const anchors = 4;

/** Half a percent and a bit is what nobody would change a method for. */
const primary = (condition: string, against: string) => contrasts(condition, against, 0.006);

/** One schedule for everything: as long and as dear as plain distillation. */
const eei = equalEpochs({ anchors });
const oneStage = (anchorPolicy: typeof eei) => ({
  curriculum: rco({ loss: kd(), anchorPolicy, stages: 'one' }),
  control: 'kd',
});
const oneStageConditions = {
  kd: { curriculum: converged({ loss: kd() }) },
  'eei-one': oneStage(eei),
  'shuffled-one': oneStage(shuffled({ of: eei })),
  'entropy-one': oneStage(entropyMatched({ of: eei })),
};
/** Four schedules of a fixed length. */
const stageEpochs = 12;
const multiStageConditions = {
  'kd-long': { curriculum: converged({ loss: kd(), epochs: anchors * stageEpochs }) },
  'kd-restarts': { curriculum: converged({ loss: kd(), epochs: stageEpochs, restarts: anchors }) },
  'rco-eei': {
    curriculum: rco({ loss: kd(), anchorPolicy: eei, stageEpochs }),
    control: 'kd-restarts',
  },
  'rco-greedy': {
    curriculum: rco({ loss: kd(), anchorPolicy: greedy({ anchors }), stageEpochs, fill: anchors }),
    control: 'kd-restarts',
  },
};

/** Small networks that a small machine trains: ResNet-20 teaches ResNet-8. */
const small: Readonly<Record<string, OverrideValue>> = {
  title: 'RCO on CIFAR-100: ResNet-20 to ResNet-8',
  'teacher.model.depth': 20,
  'teacher.recorder.every': 1,
  // No learning-rate plateaus, on which anchors at equal intervals would be alike.
  'teacher.training.schedule': { name: 'cosine' },
  'student.model.depth': 8,
  'student.training.schedule': { name: 'cosine' },
};

export const study = defineStudy({
  id: 'cifar100-rco',
  title: 'RCO on CIFAR-100: ResNet-56 to ResNet-20',
  question: 'Do anchors of the route teach more than the converged teacher at equal cost?',
  dataset: cifar100(),
  augmentations: [cropFlip()],
  batch: 64,
  validation: { fraction: 0.1 },
  teacher: {
    model: resnet({ depth: 56 }),
    curriculum: supervised({ loss: crossEntropy() }),
    training,
    recorder: everyEpochs({ every: 10 }),
  },
  student: { model: resnet({ depth: 20 }), training },
  conditions: rcoConditions(anchors),
  primary: [...primary('rco-eei', 'kd-restarts'), ...primary('rco-greedy', 'kd-restarts-greedy')],
  evaluators: [topK(), nll(), ece(), brier(), fidelity({ temperatures: [1, 4] })],
  launcher: local(),
  seeds: [0, 1, 2],
  teacherSeeds: [0],
  defaultProfile: 'quick',
  profiles: {
    /** Real images, everything small: shows that all of it works, concludes nothing. */
    smoke: {
      'dataset.limit': 30,
      'dataset.test-limit': 10,
      'teacher.model.depth': 8,
      'teacher.training.epochs': 8,
      'teacher.training.optimizer.learningRate': 0.1,
      'teacher.recorder.every': 1,
      'student.model.depth': 8,
      'student.model.width': 8,
      'student.training.epochs': 1,
      seeds: [0],
    },
    /** One-stage conditions on 15,000 images in about an hour. Two seeds on one teacher conclude nothing. */
    quick: {
      ...small,
      question: 'Which way do one-stage anchors point at a short budget? Two seeds cannot conclude.',
      'dataset.limit': 150,
      'teacher.training.epochs': 12,
      'student.training.epochs': 16,
      conditions: { scratch: { curriculum: supervised({ loss: crossEntropy() }) }, ...oneStageConditions },
      primary: primary('eei-one', 'kd'),
      seeds: [0, 1],
    },
    /**
     * What a small machine can show: two teachers, six student seeds dealt out to them, a transfer set of 15,000 images,
     * one-stage arms of 24 epochs and multi-stage arms of 4 x 12, the same routes for all.
     */
    evidence: {
      ...small,
      'teacher.training.epochs': 20,
      'student.training.epochs': 24,
      'student.samples': 15000,
      conditions: { ...oneStageConditions, ...multiStageConditions },
      primary: [...primary('eei-one', 'kd'), ...primary('rco-eei', 'kd-restarts')],
      seeds: [0, 1, 2, 3, 4, 5],
      teacherSeeds: [0, 1],
      crossing: 'dealt',
    },
    /** RepDistiller's schedule as it stands above. */
    paper: {},
  },
});
