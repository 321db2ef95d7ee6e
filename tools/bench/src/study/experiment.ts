/**
 * The study that bench:study times: a ResNet-56 teaches ResNet-20 by KD and along four anchors, in one schedule and in
 * four, three seeds each. Images are made, since their content costs no time; epochs are few.
 */
import { equalEpochs } from '@cairn/anchor-policy-equal-epochs';
import { cropFlip } from '@cairn/augmentation-crop-flip';
import { defineStudy, type TrainingInput } from '@cairn/core';
import { converged } from '@cairn/curriculum-converged';
import { rco } from '@cairn/curriculum-rco';
import { supervised } from '@cairn/curriculum-supervised';
import { textures } from '@cairn/dataset-textures';
import { topK } from '@cairn/evaluator-top-k';
import { local } from '@cairn/launcher-local';
import { crossEntropy } from '@cairn/loss-cross-entropy';
import { kd } from '@cairn/loss-kd';
import { resnet } from '@cairn/model-resnet';
import { everyEpochs } from '@cairn/route-recorder-every-epochs';

const epochs = 4;
const training: TrainingInput = {
  epochs,
  optimizer: { name: 'sgd', learningRate: 0.05, momentum: 0.9, weightDecay: 5e-4 },
  schedule: { name: 'cosine' },
};
const anchorPolicy = equalEpochs({ anchors: 4 });

export const study = defineStudy({
  id: 'bench',
  title: 'The time of a study',
  question: 'How long does it take?',
  dataset: textures({ size: 32, superclasses: 10, subclasses: 8, trainPerClass: 25, testPerClass: 5 }),
  augmentations: [cropFlip()],
  batch: 64,
  validation: { fraction: 0.1 },
  teacher: {
    model: resnet({ depth: 56 }),
    curriculum: supervised({ loss: crossEntropy() }),
    training,
    recorder: everyEpochs(),
  },
  student: { model: resnet({ depth: 20 }), training },
  conditions: {
    kd: { curriculum: converged({ loss: kd() }) },
    'rco-eei-one': { curriculum: rco({ loss: kd(), anchorPolicy, stages: 'one' }) },
    'rco-eei': { curriculum: rco({ loss: kd(), anchorPolicy, stageEpochs: epochs / 2 }) },
  },
  evaluators: [topK()],
  launcher: local(),
  seeds: [0, 1, 2],
  teacherSeeds: [0],
  profiles: {
    /** Shows that the benchmark works. */
    smoke: {
      'dataset.trainPerClass': 2,
      'dataset.testPerClass': 1,
      'validation.fraction': 0.5,
      'teacher.model.depth': 8,
      'student.model.depth': 8,
    },
  },
});
