/** A study on the images of `tools/golden/pytorch`, with the teacher that PyTorch trained there. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { equalEpochs } from '@cairn/anchor-policy-equal-epochs';
import { foreignRoute } from '@cairn/anchor-policy-foreign-route';
import { final } from '@cairn/anchor-policy-final';
import { greedy } from '@cairn/anchor-policy-greedy';
import { listed } from '@cairn/anchor-policy-listed';
import { defineStudy, definePlugin, memorySplits, type DatasetSpec, type TrainingInput } from '@cairn/core';
import { bestSingle } from '@cairn/curriculum-best-single';
import { converged } from '@cairn/curriculum-converged';
import { rco } from '@cairn/curriculum-rco';
import { supervised } from '@cairn/curriculum-supervised';
import { fidelity } from '@cairn/evaluator-fidelity';
import { nll } from '@cairn/evaluator-nll';
import { topK } from '@cairn/evaluator-top-k';
import { local } from '@cairn/launcher-local';
import { crossEntropy } from '@cairn/loss-cross-entropy';
import { kd } from '@cairn/loss-kd';
import { resnet } from '@cairn/model-resnet';
import { all } from '@cairn/route-recorder-all';
import { z } from 'zod';
import { readNpy } from '../../analyse/npy.ts';
import type { Studies } from '../../index.ts';

export const GOLDEN = fileURLToPath(new URL('../../../../../tools/golden/pytorch', import.meta.url));
const TRAIN = 64;

const read = (name: string) => readNpy(new Uint8Array(readFileSync(`${GOLDEN}/data/${name}.npy`)), name);

const spec = (mean: number): DatasetSpec => ({
  id: 'golden',
  classes: 4,
  input: {
    kind: 'image',
    height: 8,
    width: 8,
    channels: 3,
    mean: [mean, mean, mean],
    std: [0.25, 0.25, 0.25],
  },
});

/** The fixture's images: 64 to train on, 16 to test. */
const golden = definePlugin({
  kind: 'dataset',
  id: 'golden',
  summary: 'the images of the fixture',
  options: z.strictObject({ mean: z.number().default(0.5) }),
  create: ({ mean }) => ({
    spec: spec(mean),
    open: () => {
      const pixels = read('images').data as Uint8Array;
      const labels = Int32Array.from(read('labels').data);
      const at = TRAIN * 8 * 8 * 3;
      return memorySplits(
        spec(mean),
        { labels: labels.subarray(0, TRAIN), pixels: pixels.subarray(0, at) },
        { labels: labels.subarray(TRAIN), pixels: pixels.subarray(at) },
      );
    },
  }),
});

const training: TrainingInput = {
  epochs: 1,
  optimizer: { name: 'sgd', learningRate: 0.05 },
  schedule: { name: 'cosine' },
};

const study = defineStudy({
  id: 'tiny',
  title: 'A student of a teacher from PyTorch',
  question: 'Does it come in?',
  dataset: golden(),
  batch: 16,
  validation: { fraction: 0.25 },
  teacher: {
    model: resnet({ depth: 8, width: 4 }),
    curriculum: supervised({ loss: crossEntropy() }),
    training,
    recorder: all(),
  },
  student: { model: resnet({ depth: 8, width: 2 }), training },
  conditions: {
    kd: { curriculum: converged({ loss: kd() }) },
    'rco-eei': { curriculum: rco({ loss: kd(), anchorPolicy: equalEpochs({ anchors: 2 }) }), control: 'kd' },
  },
  evaluators: [topK(), nll(), fidelity()],
  launcher: local(),
  seeds: [0],
  teacherSeeds: [0],
});

/** Conditions that lean on more than their own teacher: another one's route, other runs, a search. */
const controls = defineStudy({
  ...study.study,
  id: 'controls',
  teacher: { ...study.study.teacher, training: { ...training, epochs: 3 } },
  conditions: {
    kd: { curriculum: converged({ loss: kd() }) },
    'kd-restarts': { curriculum: converged({ loss: kd(), restarts: { as: 'rco-greedy' } }) },
    'kd-twice': { curriculum: converged({ loss: kd(), restarts: { as: 'kd-restarts' } }) },
    'rco-greedy': {
      curriculum: rco({ loss: kd(), anchorPolicy: greedy({ anchors: 2 }) }),
      control: 'kd-restarts',
    },
    'rco-foreign': {
      curriculum: rco({ loss: kd(), anchorPolicy: foreignRoute({ of: equalEpochs({ anchors: 2 }) }) }),
    },
    'best-early': {
      curriculum: bestSingle({ loss: kd(), of: equalEpochs({ anchors: 3 }), searchEpochs: 1 }),
    },
    'kd-long': { curriculum: converged({ loss: kd(), epochs: { as: 'best-early' } }) },
  },
  teacherSeeds: [0, 1],
});

export const studies: Studies = { names: ['tiny'], load: () => Promise.resolve(study) };

export const allStudies: Studies = {
  names: ['tiny', 'controls'],
  load: (name) => Promise.resolve(name === 'tiny' ? study : controls),
};

export const plugins = [
  all,
  bestSingle,
  converged,
  crossEntropy,
  equalEpochs,
  fidelity,
  final,
  foreignRoute,
  golden,
  greedy,
  kd,
  listed,
  local,
  nll,
  rco,
  resnet,
  supervised,
  topK,
];
