import {
  createRegistry,
  definePlugin,
  MemoryStore,
  schedule,
  type Manifest,
  type PluginData,
  type RouteEvent,
  type Training,
} from '@cairn/core';
import { supervised } from '@cairn/curriculum-supervised';
import { cropFlip } from '@cairn/augmentation-crop-flip';
import { fidelity } from '@cairn/evaluator-fidelity';
import { topK } from '@cairn/evaluator-top-k';
import { crossEntropy } from '@cairn/loss-cross-entropy';
import { resnet } from '@cairn/model-resnet';
import { RouteWriter } from '@cairn/route';
import { all } from '@cairn/route-recorder-all';
import { everyEpochs } from '@cairn/route-recorder-every-epochs';
import { lrDrops } from '@cairn/route-recorder-lr-drops';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { expectedRoute, type RunSpec } from '../index.ts';
import { lastingTraining } from './lasting-training.ts';
import { smallStudy, type SmallStudy } from '../test-support/small-study.ts';

/** Keeps every second state and remembers what it was asked. */
const asked: RouteEvent[] = [];
const everySecond = definePlugin({
  kind: 'route-recorder',
  id: 'every-second',
  summary: 'for tests',
  options: z.strictObject({}),
  create: () => ({ keep: (event) => (asked.push(event), event.step % 2 === 0) }),
});
const registry = createRegistry([
  ...[all, cropFlip, crossEntropy, everyEpochs, everySecond, fidelity, lrDrops, resnet, supervised, topK],
]);

let study: SmallStudy;
beforeAll(async () => {
  study = await smallStudy();
});

/** Trains the small study's teacher so and records it; 4 steps an epoch. */
async function recorded(
  training: Training,
  recorder: PluginData<'route-recorder'>,
  curriculum = supervised({ loss: crossEntropy() }),
): Promise<{ readonly expected: Manifest; readonly found: Manifest }> {
  const base = study.studentSpec(curriculum);
  const spec: RunSpec = { ...base, role: 'teacher', training };
  const lasting = lastingTraining(training, registry.create(curriculum));
  const expected = expectedRoute('bbbbbbbb', lasting, registry.create(recorder), 4);
  const { totalSteps } = expected;
  const writer = await RouteWriter.open(
    new MemoryStore('routes'),
    {
      id: 'bbbbbbbb',
      stepsPerEpoch: 4,
      totalSteps,
      config: {},
      dataset: '',
      seed: 0,
      code: '',
      numerics: '',
    },
    recorder,
  );
  await study.teach(spec, { plugins: registry, record: { writer, recorder } });
  return { expected, found: await writer.finish() };
}

const training = (epochs: number, rule: object): Training => ({
  ...study.studentSpec(supervised({ loss: crossEntropy() })).training,
  epochs,
  schedule: schedule.parse(rule),
});
const facts = ({ anchors, totalSteps }: Manifest) => ({
  totalSteps,
  anchors: anchors.map(({ id, epoch, learningRate }) => ({ id, epoch, learningRate })),
});

test.each<[string, number, object, PluginData<'route-recorder'>, readonly number[]]>([
  ['every epoch', 3, { name: 'cosine' }, everyEpochs({ every: 1 }), [4, 8, 12]],
  ['part of an epoch', 1.5, { name: 'constant' }, everyEpochs({ every: 1 }), [4, 6]],
  ['before drops', 3, { name: 'step', at: [1, 2] }, lrDrops(), [4, 8, 12]],
  ['a warm-up', 2, { name: 'cosine', warmup: 1 }, all(), [0, 4, 8]],
])('%s: what was expected is what was recorded', async (_, epochs, rule, recorder, steps) => {
  const { expected, found } = await recorded(training(epochs, rule), recorder);
  expect(facts(found)).toEqual(facts(expected));
  expect(found.anchors.map(({ id }) => id)).toEqual(steps);
});

test('a recorder is asked about the same states with the same rates, the initial one included', async () => {
  asked.splice(0);
  const { expected, found } = await recorded(training(1.5, { name: 'cosine' }), everySecond());
  // The last state is kept in any case: only the run asks about it.
  const [before, during] = [asked.slice(0, 6), asked.slice(6)];
  expect(before.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(before[0]).toEqual({
    step: 0,
    stepsPerEpoch: 4,
    totalSteps: 6,
    learningRate: 0,
    nextLearningRate: 0.05,
  });
  expect(during.slice(0, 6)).toEqual(before);
  expect(during[6]).toMatchObject({ step: 6, nextLearningRate: 0 });
  expect(facts(found)).toEqual(facts(expected));
  expect(found.anchors.map(({ id }) => id)).toEqual([0, 2, 4, 6]);
});

test('a teacher whose curriculum has its own length is recorded to its end', async () => {
  const curriculum = supervised({ loss: crossEntropy(), epochs: 2 });
  const { expected, found } = await recorded(
    training(3, { name: 'cosine' }),
    everyEpochs({ every: 1 }),
    curriculum,
  );
  expect(facts(found)).toEqual(facts(expected));
  expect(found.anchors.map(({ id }) => id)).toEqual([4, 8]);
});
