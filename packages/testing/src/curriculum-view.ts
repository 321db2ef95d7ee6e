/** A run as a curriculum sees it, without networks: stages are recorded as soon as they are asked for. */
import {
  candidatesOf,
  definePlugin,
  inSteps,
  type AnchorView,
  type Curriculum,
  type CurriculumView,
  type Guide,
  type Manifest,
  type Outline,
  type Stage,
  type StageRecord,
  type Taught,
  type Training,
} from '@cairn/core';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { viewFromLogits } from './anchor-view.ts';
import { frozen } from './checks.ts';

/** A loss for studies that train nothing: the mean squared logit. */
export const squaredLogits = definePlugin({
  kind: 'loss',
  id: 'squared-logits',
  summary: 'for tests',
  options: z.strictObject({}),
  create: () => ({
    needs: () => ({ learner: ['logits'], guide: [] }),
    create: () => ({
      compute: ({ learner }) => {
        const total: tf.Scalar = tf.mean(tf.square(learner['logits'] ?? tf.scalar(0)));
        return { total, parts: {} };
      },
    }),
  }),
});

/** SGD with a cosine over this many epochs. */
export function trainingOf(epochs: number): Training {
  return {
    epochs,
    optimizer: {
      name: 'sgd',
      learningRate: 0.1,
      momentum: 0.9,
      dampening: 0,
      nesterov: false,
      weightDecay: 5e-4,
    },
    schedule: { name: 'cosine', floor: 0, warmup: { epochs: 0 } },
  };
}

/** What a run gives a curriculum. */
export interface RunGround {
  /** The learner's training in epochs. */
  readonly epochs: number;
  /** Absent in a run that has no route. */
  readonly route?: Manifest;
  /** Finished stages of other conditions, in epochs. @default none */
  readonly copies?: Readonly<Record<string, readonly number[]>>;
}

const stepsPerEpochOf = ({ route }: RunGround): number => route?.stepsPerEpoch ?? 10;

/** A stage that is over. */
export function recordOf(stage: Stage, ground: RunGround): StageRecord {
  const stepsPerEpoch = stepsPerEpochOf(ground);
  const steps = inSteps(stage.length, { stepsPerEpoch, total: Math.round(ground.epochs * stepsPerEpoch) });
  const anchors = stage.updates.flat().flatMap(({ guide }) => guide?.anchors ?? []);
  return {
    name: stage.name,
    steps,
    epochs: steps / stepsPerEpoch,
    anchors: [...new Set(anchors)],
    moved: stage.decision === undefined || !('stay' in stage.decision),
    sha256: '',
    metrics: heldOutOf(stage),
    ...alterationOf(stage.updates[0]?.[0]?.guide),
  };
}

function alterationOf({ soften, route }: Partial<Guide> = {}): Pick<Guide, 'soften' | 'route'> {
  return { ...(soften !== undefined && { soften }), ...(route !== undefined && { route }) };
}

/** The later an anchor, the better its student. */
function heldOutOf(stage: Stage): Readonly<Record<string, number>> {
  const last =
    stage.updates
      .flat()
      .flatMap(({ guide }) => guide?.anchors ?? [])
      .at(-1) ?? 0;
  return { 'val/top1': last / (last + 10) };
}

/** What a curriculum sees after these stages. A student comes nearer to candidate i by i stages. */
export function curriculumView(ground: RunGround, stages: readonly StageRecord[]): CurriculumView {
  const { epochs, route, copies = {} } = ground;
  const copied = (lengths: readonly number[]) =>
    lengths.map((length, i) => {
      const steps = Math.round(length * stepsPerEpochOf(ground));
      return { name: `stage-${i + 1}`, steps, epochs: length, anchors: [], moved: true, sha256: '' };
    });
  return {
    training: frozen(trainingOf(epochs)),
    stages: frozen(structuredClone(stages)),
    stagesOf: (condition) => copied(copies[condition] ?? []),
    ...(route !== undefined && { anchors: anchorViewOf(route, stages) }),
  };
}

function anchorViewOf(route: Manifest, stages: readonly StageRecord[]): AnchorView {
  const logitsOf = (sharpness: number) => [
    [sharpness, 0, 0],
    [0, sharpness, 0],
  ];
  const candidates = candidatesOf(route).map((_, i) => logitsOf(1 + i));
  const taught: Taught[] = [];
  for (const { anchors, epochs, moved } of stages) {
    const before = taught.at(-1);
    if (moved || before === undefined) taught.push({ anchors, epochs });
    else taught[taught.length - 1] = { anchors: before.anchors, epochs: before.epochs + epochs };
  }
  return { ...viewFromLogits({ candidates, route, student: logitsOf(stages.length) }), taught };
}

/** What a plan says of a curriculum before any training. */
export function outlineOf(curriculum: Curriculum, { epochs, route, copies = {} }: RunGround): Outline {
  return curriculum.outline({
    training: trainingOf(epochs),
    ...(route !== undefined && { route }),
    epochsOf: (condition) => ({ epochs: copies[condition] ?? [], exact: true }),
  });
}

/** Every stage of a run, in order. @throws Error after 200 stages */
export async function stagesOfRun(curriculum: Curriculum, ground: RunGround): Promise<readonly Stage[]> {
  const stages: Stage[] = [];
  for (;;) {
    const records = stages.map((stage) => recordOf(stage, ground));
    const next = await curriculum.next(curriculumView(ground, records));
    if (next === 'done') return stages;
    stages.push(next);
    if (stages.length > 200) throw new Error('200 stages without an end');
  }
}
