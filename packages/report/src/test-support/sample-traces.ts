/** Series, states and answers beside the sample study, for tests of figures. */
import type { PredictionPlane } from '../figures/plane.ts';
import type { HardnessMap, Landscape, RunTrace, TestAnswers } from '../trace.ts';

const CONDITIONS = ['scratch', 'kd', 'kd-restarts', 'rco-eei'];
const SEEDS = [0, 1, 2];

export const sampleTraces: readonly RunTrace[] = CONDITIONS.flatMap((condition, c) =>
  SEEDS.map((seed): RunTrace => {
    const epochs = c < 2 ? 3 : 12;
    const series = (of: (epoch: number) => number) =>
      Array.from({ length: epochs }, (_, i) => ({ epoch: i + 1, value: of(i + 1) }));
    return {
      condition,
      seed,
      teacherSeed: 0,
      series: new Map([
        ['val/top1', series((e) => 0.5 + 0.02 * e + 0.01 * seed + 0.03 * c)],
        ['val/kl', series((e) => (2 + 0.1 * seed) / (e + c))],
        ['val/agree1', series((e) => 0.4 + 0.03 * e + 0.01 * seed)],
        ['train/loss', series((e) => 3 / e + seed / 10)],
        ['train/ce', series((e) => 2 / e + c / 10)],
      ]),
      switches:
        c < 3
          ? [{ epoch: 0, anchors: [12] }]
          : [3, 6, 12].map((anchor, i) => ({ epoch: 4 * i, anchors: [anchor] })),
    };
  }),
);

export const samplePlane: PredictionPlane = {
  paths: [
    { seed: 0, points: [1, 4, 12].map((epoch) => ({ epoch, x: epoch / 12, y: Math.sin(epoch) / 4 })) },
    ...CONDITIONS.map((condition, c) => ({
      condition,
      seed: 0,
      points: [0, 6, 12].map((epoch) => ({ epoch, x: epoch / 12 - 1, y: (c * epoch) / 40 })),
    })),
  ],
  marks: [{ name: 'true labels', x: 1.2, y: 0.3 }],
  held: 0.83,
  negative: [false, true],
  samples: 120,
};

export const sampleHardness: HardnessMap = {
  candidates: [3, 6, 9, 12],
  rows: CONDITIONS.flatMap((condition) =>
    [0, 6].map((epoch) => ({
      condition,
      epoch,
      kl: [2, 1, 0.5, 0.1 + epoch / 10],
      agreement: [0.1, 0.3, 0.6, 0.9],
      next: epoch === 0 ? [12] : [],
      seeds: 3,
    })),
  ),
  samples: 120,
  leftOut: 0,
};

/** Six test images of three classes; each condition is wrong somewhere else. */
export const sampleAnswers: readonly TestAnswers[] = CONDITIONS.flatMap((condition, c) =>
  SEEDS.map((seed) => {
    const labels = Int32Array.of(0, 0, 1, 1, 2, 2);
    const predicted = labels.map((label, i) => (i === (c + seed) % 6 ? (label + 1) % 3 : label));
    return {
      condition,
      seed,
      teacherSeed: 0,
      labels,
      predicted,
      confidence: Float32Array.from(labels, (_, i) => 0.4 + 0.1 * i),
    };
  }),
);

export const sampleLandscape: Landscape = {
  name: 'teacher, epoch 12',
  steps: [-1, 0, 1],
  loss: [4, 2, 4, 2, 0.5, 2, 4, 2, 4],
  samples: 64,
};
