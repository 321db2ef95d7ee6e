/** 100 training steps beside a PyTorch twin: same weights, order and crops; what a user sees of it is the loss. */
import { cutAndMirror } from '@cairn/augmentation-crop-flip';
import { wasmBackend } from '@cairn/backend-wasm';
import { createRegistry, type Network } from '@cairn/core';
import { lossGradients } from '@cairn/engine';
import { kd } from '@cairn/loss-kd';
import { resnetGraph, resnetOptions } from '@cairn/model-resnet';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import {
  resnet20State,
  twinBatch,
  twinDepth,
  twinGuide,
  twinImage,
  twinLosses,
  twinPadding,
  twinLoss,
  twinRule,
  twinTask,
} from './index.ts';

const image = twinTask.input;
const size = image.height * image.width * image.channels;

function inputsOf(step: number) {
  const samples = twinBatch(step);
  const pixels = new Float32Array(samples.length * size);
  const seen = new Uint8Array(size);
  samples.forEach(({ row, crop }, i) => {
    cutAndMirror(twinImage(row), seen, image, crop, twinPadding);
    seen.forEach((byte, at) => (pixels[i * size + at] = (byte / 255 - 0.5) / 0.25));
  });
  const rows = Int32Array.from(samples, ({ row }) => row);
  const logits = samples.flatMap(({ row }) => [...twinGuide(row)]);
  return {
    x: tf.tensor4d(pixels, [samples.length, image.height, image.width, image.channels]),
    guide: { logits: tf.tensor2d(logits, [samples.length, twinTask.classes]) },
    labels: tf.tensor1d(
      rows.map((row) => row % twinTask.classes),
      'int32',
    ),
    indices: rows,
  };
}

async function lossOfStep(student: Network, step: number): Promise<number> {
  const { x, ...rest } = inputsOf(step);
  const needs = { learner: ['logits'], guide: ['logits'] };
  const loss = createRegistry([kd])
    .create(kd(twinLoss))
    .create({
      learner: student.info,
      guide: student.info,
      classes: twinTask.classes,
      datasetSize: 256,
      random: { at: () => expect.unreachable('kd draws nothing') },
    });
  const learner = student.forward({ x }, ['logits']);
  const { values, gradients } = await lossGradients(loss, needs, { learner, ...rest });
  student.backward(gradients);
  student.update(twinRule, twinRule.learningRate);
  tf.dispose([x, rest.guide, rest.labels, learner, gradients]);
  return values['loss'] ?? NaN;
}

test('100 steps beside PyTorch, losses within 1e-3', { timeout: 240_000 }, async () => {
  const backend = wasmBackend();
  await backend.activate();
  const graph = resnetGraph(twinTask, resnetOptions.parse({ depth: twinDepth }));
  const student = backend.compile(graph, { taps: [], train: true });
  student.load(resnet20State(graph));
  const expected = twinLosses();
  const errors: number[] = [];
  for (const [step, loss] of expected.entries())
    errors.push(Math.abs((await lossOfStep(student, step)) - loss));
  student.dispose();
  expect(Math.max(...errors)).toBeLessThan(1e-3);
  // It learnt something: a twin that stands still proves little.
  expect(expected.at(-1) ?? NaN).toBeLessThan((expected[0] ?? 0) - 1);
});
