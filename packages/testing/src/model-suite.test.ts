import type { Model, NetworkGraph, Task } from '@cairn/core';
import { graphBuilder, type GraphBuilder, type Value } from '@cairn/nn';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { brokenChecks } from './checks.ts';
import { modelChecks } from './model-suite.ts';

const GRAPH = 'writes the same graph each time, as plain data';
const CLASSES = 'has a logit for each class, whatever their number';
const SEED = 'begins with the same weights for the same seed, with others for another';
const SIZES = 'gives finite outputs and feature points of the declared sizes';
const GRADIENT = 'sends every parameter a finite gradient that is not zero';

const small: Task = {
  input: { kind: 'image', height: 4, width: 4, channels: 1, mean: [0], std: [1] },
  classes: 3,
};
const checksOf = (create: () => Model) =>
  modelChecks(create, { task: small, backends: { cpu: () => tf.setBackend('cpu') } });

interface Parts {
  readonly name?: string;
  readonly width?: number;
  readonly classes?: number;
  /** Between the features and the classifier. */
  readonly between?: (b: GraphBuilder, x: Value) => Value;
}

/** A convolution, normalised, pooled and classified. */
function graphOf(task: Task, { name = 'conv1', width = 2, classes, between }: Parts = {}): NetworkGraph {
  const b = graphBuilder(task);
  const y = b.batchNorm('bn1', b.conv2d(name, b.input, { channels: width, kernel: 3, padding: 1 }));
  const pooled = b.globalAveragePool('pool', b.tap('f1', b.relu('relu1', y)));
  b.output('logits', b.linear('fc', between?.(b, pooled) ?? pooled, { units: classes ?? task.classes }));
  return b.build();
}
const model = (parts: (task: Task) => Parts) => (): Model => ({
  graph: (task) => graphOf(task, parts(task)),
});
const changed = (change: (graph: NetworkGraph) => Partial<NetworkGraph>) => (): Model => ({
  graph: (task) => {
    const graph = graphOf(task);
    return { ...graph, ...change(graph) };
  },
});
const initialised = (init: NetworkGraph['parameters'][number]['init']) =>
  changed(({ parameters }) => ({ parameters: parameters.map((p) => ({ ...p, init })) }));

test('one that keeps the contract breaks nothing', async () => {
  expect(await brokenChecks(checksOf(model(() => ({}))))).toEqual([]);
});

let everWritten = 0;
const broken: readonly (readonly [string, () => Model, string])[] = [
  ['numbers its nodes over all graphs', model(() => ({ name: `conv${++everWritten}` })), GRAPH],
  [
    'numbers its nodes over the graphs of an instance',
    () => {
      let n = 0;
      return { graph: (task) => graphOf(task, { name: `conv${++n}` }) };
    },
    GRAPH,
  ],
  ['draws its width', model(() => ({ width: 2 + (++everWritten % 3) })), GRAPH],
  ['is not plain data', changed(() => ({ taps: { f1: new String('relu1') as string } })), GRAPH],
  [
    'writes its task',
    () => ({
      graph: (task) => {
        (task.input.mean as number[]).push(0);
        return graphOf(task);
      },
    }),
    GRAPH,
  ],
  ['has the classes that its author had', model(() => ({ classes: 3 })), CLASSES],
  [
    'keeps the first graph that it wrote',
    () => {
      let graph: NetworkGraph | undefined;
      return { graph: (task) => (graph ??= graphOf(task)) };
    },
    CLASSES,
  ],
  ['begins with zeros whatever the seed', initialised({ kind: 'zeros' }), SEED],
  ['begins with what is no number', initialised({ kind: 'normal', std: NaN }), SIZES],
  ['names a feature point that is not there', changed(() => ({ taps: { f1: 'relu9' } })), SIZES],
  [
    'declares another size',
    changed(({ nodes }) => ({
      nodes: nodes.map((n) => (n.id === 'relu1' ? { ...n, shape: [2, 2, 2] } : n)),
    })),
    SIZES,
  ],
  ['lacks a parameter', changed(({ parameters }) => ({ parameters: parameters.slice(1) })), SIZES],
  [
    'has a branch that leads nowhere',
    model(() => ({ between: (b, x) => (b.linear('aside', x, { units: 4 }), x) })),
    GRADIENT,
  ],
  [
    'has a branch that is multiplied away',
    changed(({ parameters }) => ({
      parameters: parameters.map((p) => (p.name === 'fc.weight' ? { ...p, init: { kind: 'zeros' } } : p)),
    })),
    GRADIENT,
  ],
];
test.each(broken)('one that %s is found', async (_, create, check) => {
  expect(await brokenChecks(checksOf(create))).toContain(check);
});
