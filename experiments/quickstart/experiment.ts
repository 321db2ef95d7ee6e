/**
 * Does a student learn more from the states that its teacher passed on the way than from the converged teacher
 * alone, at the same number of epochs?
 *
 * A whole route-constrained study on data that is made on the spot. Compared are RCO with anchors at equal epoch
 * intervals (EEI) and with greedily chosen ones (GS), plain KD, and KD trained as long with and without RCO's
 * restarts (Jin et al., arXiv 1904.09149; the controls are ours).
 *
 * Command: npx nx run experiments:quickstart
 */
import { cropFlip } from '@cairn/augmentation-crop-flip';
import { defineStudy, type TrainingInput } from '@cairn/core';
import { supervised } from '@cairn/curriculum-supervised';
import { textures } from '@cairn/dataset-textures';
import { brier } from '@cairn/evaluator-brier';
import { ece } from '@cairn/evaluator-ece';
import { fidelity } from '@cairn/evaluator-fidelity';
import { nll } from '@cairn/evaluator-nll';
import { topK } from '@cairn/evaluator-top-k';
import { local } from '@cairn/launcher-local';
import { crossEntropy } from '@cairn/loss-cross-entropy';
import { resnet } from '@cairn/model-resnet';
import { everyEpochs } from '@cairn/route-recorder-every-epochs';
import { contrasts, rcoConditions } from '../rco-conditions.ts';

const epochs = 10;
const training: TrainingInput = {
  epochs,
  optimizer: { name: 'sgd', learningRate: 0.05, momentum: 0.9, weightDecay: 5e-4 },
  schedule: { name: 'cosine' },
};

export const study = defineStudy({
  id: 'quickstart',
  title: 'Route-constrained distillation on procedural textures',
  question: 'Do anchors of the route teach more than the converged teacher at equal cost?',
  dataset: textures({ size: 16, trainPerClass: 60, testPerClass: 100, difficulty: 0.1 }),
  augmentations: [cropFlip({ padding: 2 })],
  batch: 32,
  validation: { fraction: 0.1 },
  teacher: {
    model: resnet({ depth: 14, width: 8 }),
    curriculum: supervised({ loss: crossEntropy() }),
    training,
    recorder: everyEpochs(),
  },
  student: { model: resnet({ depth: 8, width: 4 }), training },
  conditions: rcoConditions(4),
  primary: [
    ...contrasts('rco-eei', 'kd-restarts', 0.01),
    ...contrasts('rco-greedy', 'kd-restarts-greedy', 0.01),
  ],
  evaluators: [topK(), nll(), ece(), brier(), fidelity({ temperatures: [1, 4] })],
  launcher: local(),
  seeds: [0, 1, 2],
  teacherSeeds: [0],
  profiles: {
    /** Everything once, too short to mean anything. */
    smoke: { seeds: [0], 'teacher.training.epochs': 4, 'student.training.epochs': 1 },
  },
});
