/** A small study for tests of the table: three seeds, one teacher, numbers that can be checked by hand. */
import type { ConditionResult, RunResult, StudyResult } from '../result.ts';

interface Sketch {
  readonly name: string;
  readonly control?: string;
  /** Last-epoch test accuracy for the seeds 0, 1, 2 … */
  readonly accuracy: readonly number[];
  /** Anchors of each stage. */
  readonly anchors: readonly (readonly number[])[];
  readonly epochs: number;
  readonly multiplyAdds: number;
  readonly divergence?: number;
}

export function sampleCondition(sketch: Sketch): ConditionResult {
  const { name, control, accuracy } = sketch;
  return {
    name,
    ...(control === undefined ? {} : { control }),
    runs: accuracy.map((a, i) => run(sketch, i, a)),
  };
}

function run(sketch: Sketch, seed: number, accuracy: number): RunResult {
  const { anchors, epochs, divergence } = sketch;
  const kl = divergence === undefined ? {} : { 'test/kl': divergence };
  const stages = anchors.map((a, i) => ({
    name: `${i + 1}`,
    epochs: epochs / anchors.length,
    anchors: a,
    sha256: '',
  }));
  return {
    seed,
    teacherSeed: 0,
    stages,
    decisions: [],
    last: { epoch: epochs, metrics: { 'test/top1': accuracy, ...kl } },
    best: { epoch: epochs - 1, metrics: { 'test/top1': accuracy + 0.004 } },
    weightsSha256: '',
    studentEpochs: epochs,
    images: epochs * 4000,
    multiplyAdds: sketch.multiplyAdds,
    wallSeconds: epochs * 2.5,
    reused: false,
    folder: `runs/sample/default/${sketch.name}-t0-s${seed}`,
  };
}

export const sampleResult: StudyResult = {
  version: 1,
  study: 'sample',
  title: 'A sample',
  question: 'Does the table show what it should?',
  profile: 'default',
  numerics: 'wasm-fma-1',
  baseline: 'kd',
  seeds: [0, 1, 2],
  teacherSeeds: [0],
  teachers: [
    {
      seed: 0,
      routeId: '0123456789abcdef',
      model: 'resnet20',
      metrics: { 'val/top1': 0.81, 'test/top1': 0.816 },
      anchors: 12,
      epochs: 12,
      images: 48_000,
      multiplyAdds: 4.1e12,
      wallSeconds: 61,
      reused: true,
    },
  ],
  conditions: [
    sampleCondition({
      name: 'scratch',
      accuracy: [0.615, 0.621, 0.627],
      anchors: [[]],
      epochs: 12,
      multiplyAdds: 1.2e12,
    }),
    sampleCondition({
      name: 'kd',
      accuracy: [0.655, 0.661, 0.667],
      anchors: [[12]],
      epochs: 12,
      multiplyAdds: 1.8e12,
      divergence: 0.31,
    }),
    sampleCondition({
      name: 'kd-restarts',
      accuracy: [0.675, 0.68, 0.685],
      anchors: [[12], [12], [12], [12]],
      epochs: 48,
      multiplyAdds: 7.2e12,
      divergence: 0.212,
    }),
    sampleCondition({
      name: 'rco-eei',
      control: 'kd-restarts',
      accuracy: [0.678, 0.681, 0.69],
      anchors: [[3], [6], [9], [12]],
      epochs: 48,
      multiplyAdds: 7.2e12,
      divergence: 0.198,
    }),
  ],
};
