/**
 * RCO on CIFAR-100: does a small network learn more from the states that its teacher passed on the way than from
 * the converged teacher, at equal cost?
 *
 * Paper: Jin et al., ICCV 2019, arXiv 1904.09149. Its pair and recipe are not public; this is RepDistiller's
 * protocol (SGD 0.05, momentum 0.9, no Nesterov, weight decay 5e-4 on everything, batch 64, 240 epochs, tenfold
 * drops after 150, 180 and 210) with one difference: 10 % of the training images are held out. Published with that
 * protocol on all training images (RepDistiller's README, last epoch): ResNet-56 72.34, ResNet-20 69.06, KD 70.66.
 *
 * Commands: npx nx run experiments:cifar100-rco          (profile smoke)
 *           npx nx run experiments:cifar100-rco:paper    (the whole schedule)
 */
import { equalEpochs } from '@cairn/anchor-policy-equal-epochs';
import { greedy } from '@cairn/anchor-policy-greedy';
import { cropFlip } from '@cairn/augmentation-crop-flip';
import { defineStudy, type TrainingInput } from '@cairn/core';
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

const training: TrainingInput = {
  epochs: 240,
  optimizer: { name: 'sgd', learningRate: 0.05, momentum: 0.9, weightDecay: 5e-4 },
  // Epochs 150, 180 and 210 of 240, wherever a profile changes the length.
  schedule: { name: 'step', at: [{ fraction: 0.625 }, { fraction: 0.75 }, { fraction: 0.875 }], factor: 0.1 },
};
const anchors = 4;

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
  conditions: {
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
  },
  evaluators: [topK(), nll(), ece(), brier(), fidelity()],
  launcher: local(),
  seeds: [0, 1, 2],
  teacherSeeds: [0],
  defaultProfile: 'smoke',
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
    /** RepDistiller's schedule as it stands above. */
    paper: {},
  },
});
