/** A declared study for tests of planning: real plugins, nothing is trained. */
import { equalEpochs } from '@cairn/anchor-policy-equal-epochs';
import { final } from '@cairn/anchor-policy-final';
import { foreignRoute } from '@cairn/anchor-policy-foreign-route';
import { greedy } from '@cairn/anchor-policy-greedy';
import { snapshotEnsemble } from '@cairn/anchor-policy-snapshot-ensemble';
import { cropFlip } from '@cairn/augmentation-crop-flip';
import { createRegistry, defineStudy, type Overrides, type StudyFile } from '@cairn/core';
import { bestSingle } from '@cairn/curriculum-best-single';
import { converged } from '@cairn/curriculum-converged';
import { rco } from '@cairn/curriculum-rco';
import { supervised } from '@cairn/curriculum-supervised';
import { textures } from '@cairn/dataset-textures';
import { fidelity } from '@cairn/evaluator-fidelity';
import { topK } from '@cairn/evaluator-top-k';
import { local } from '@cairn/launcher-local';
import { crossEntropy } from '@cairn/loss-cross-entropy';
import { kd } from '@cairn/loss-kd';
import { resnet } from '@cairn/model-resnet';
import { all } from '@cairn/route-recorder-all';
import { everyEpochs } from '@cairn/route-recorder-every-epochs';
import { lrDrops } from '@cairn/route-recorder-lr-drops';
import { planStudy, resolveStudy, type Plan, type PlanGround } from '../index.ts';

export const registry = createRegistry([
  ...[all, converged, cropFlip, crossEntropy, equalEpochs, everyEpochs, fidelity, final, greedy, kd],
  ...[bestSingle, foreignRoute, snapshotEnsemble],
  ...[local, lrDrops, rco, resnet, supervised, textures, topK],
]);

export const declared = defineStudy({
  id: 'declared',
  title: 'For tests',
  question: 'Does it plan?',
  dataset: textures({ size: 16, superclasses: 2, subclasses: 2, trainPerClass: 25 }),
  augmentations: [cropFlip({ padding: 1 })],
  batch: 32,
  validation: { fraction: 0.2 },
  teacher: {
    model: resnet({ depth: 8, width: 8 }),
    curriculum: supervised({ loss: crossEntropy() }),
    training: training(8),
    recorder: everyEpochs({ every: 1 }),
  },
  student: { model: resnet({ depth: 8, width: 4 }), training: training(6) },
  conditions: {
    kd: { curriculum: converged({ loss: kd() }) },
    'kd-restarts': { curriculum: converged({ loss: kd(), restarts: { as: 'rco-greedy' } }) },
    'rco-eei': { curriculum: rco({ loss: kd(), anchorPolicy: equalEpochs() }), control: 'kd-restarts' },
    'rco-greedy': { curriculum: rco({ loss: kd(), anchorPolicy: greedy() }), control: 'kd-restarts' },
  },
  evaluators: [topK()],
  launcher: local(),
  seeds: [0, 1],
  teacherSeeds: [0],
  profiles: { short: { 'student.training.epochs': 2 } },
});

function training(epochs: number) {
  return { epochs, optimizer: { name: 'sgd', learningRate: 0.1 }, schedule: { name: 'cosine' } } as const;
}

/** 25 rows of 4 classes: 20 held out, 80 to train on, 3 steps an epoch. */
const trainLabels = Int32Array.from({ length: 100 }, (_, i) => i % 4);

export interface PlanChanges {
  readonly overrides?: Overrides;
  readonly file?: StudyFile;
  readonly ground?: Partial<PlanGround>;
}

/** The plan of the declared study with changes. */
export async function planOf({
  overrides = {},
  file = declared,
  ground = {},
}: PlanChanges = {}): Promise<Plan> {
  const { study, alias } = resolveStudy(file, registry, file.defaultProfile, overrides);
  const { spec } = registry.create(study.dataset);
  return planStudy(study, { registry, spec, digest: 'data', trainLabels, numerics: 'n-1', alias, ...ground });
}
