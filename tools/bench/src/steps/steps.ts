/** Training steps as the engine makes them, on one batch that is made once: no data set, no logging. */
import {
  createRandom,
  createRegistry,
  type Backend,
  type Batch,
  type LossInstance,
  type LossNeeds,
  type Network,
  type NetworkGraph,
  type OptimizerRule,
} from '@cairn/core';
import { lossGradients } from '@cairn/engine';
import { crossEntropy } from '@cairn/loss-cross-entropy';
import { kd } from '@cairn/loss-kd';
import { resnetGraph, resnetOptions } from '@cairn/model-resnet';
import { initialState } from '@cairn/nn';
import * as tf from '@tensorflow/tfjs-core';

/** `ce`: ResNet-20 by cross-entropy; `kd`: ResNet-56 teaches ResNet-20. */
export type StepTask = 'ce' | 'kd';

export interface Steps {
  /** One step; the loss before its update. */
  step(): Promise<number>;
  dispose(): void;
}

const task = {
  input: { kind: 'image', height: 32, width: 32, channels: 3, mean: [0, 0, 0], std: [1, 1, 1] },
  classes: 100,
} as const;

/** RepDistiller's. */
const rule: OptimizerRule = {
  name: 'sgd',
  learningRate: 0.05,
  momentum: 0.9,
  dampening: 0,
  nesterov: false,
  weightDecay: 5e-4,
};

/** @param images of a step */
export function makeSteps(backend: Backend, what: StepTask, images: number): Steps {
  const student = networkOf(backend, 20, true);
  const teacher = what === 'kd' ? networkOf(backend, 56, false) : undefined;
  const loss = lossOf(what, student, teacher);
  const batch = madeBatch(images);
  return {
    step: () => step(student, teacher, loss, batch),
    dispose() {
      student.dispose();
      teacher?.dispose();
      tf.dispose([batch.inputs, batch.labels]);
    },
  };
}

async function step(
  student: Network,
  teacher: Network | undefined,
  loss: { readonly needs: LossNeeds; readonly instance: LossInstance },
  { inputs, labels, indices }: Batch,
): Promise<number> {
  const guide = teacher === undefined ? {} : await teacher.infer(inputs, loss.needs.guide);
  const learner = student.forward(inputs, loss.needs.learner);
  const { values, gradients } = await lossGradients(loss.instance, loss.needs, {
    learner,
    guide,
    labels,
    indices,
  });
  student.backward(gradients);
  tf.dispose([gradients, learner, guide]);
  student.update(rule, rule.learningRate);
  return values['loss'] ?? NaN;
}

function networkOf(backend: Backend, depth: number, train: boolean): Network {
  const graph: NetworkGraph = resnetGraph(task, resnetOptions.parse({ depth }));
  const network = backend.compile(graph, { taps: Object.keys(graph.taps), train });
  network.load(initialState(graph, createRandom(depth)));
  return network;
}

function lossOf(what: StepTask, { info: learner }: Network, teacher: Network | undefined) {
  const loss = createRegistry([kd, crossEntropy]).create(what === 'kd' ? kd() : crossEntropy());
  const sides = { learner, ...(teacher === undefined ? {} : { guide: teacher.info }) };
  const context = { ...sides, classes: task.classes, datasetSize: 50_000, random: createRandom(0) };
  return { needs: loss.needs(learner, teacher?.info), instance: loss.create(context) };
}

function madeBatch(size: number): Batch {
  const { height, width, channels } = task.input;
  const random = createRandom(1).at('images');
  const pixels = Float32Array.from({ length: size * height * width * channels }, () => random.normal());
  const labels = Int32Array.from({ length: size }, () => random.below(task.classes));
  return {
    inputs: { x: tf.tensor4d(pixels, [size, height, width, channels]) },
    labels: tf.tensor1d(labels, 'int32'),
    indices: Int32Array.from({ length: size }, (_, row) => row),
    size,
  };
}
