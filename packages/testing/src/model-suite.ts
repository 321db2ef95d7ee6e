import {
  createRandom,
  type ArraySpec,
  type Model,
  type NetState,
  type OptimizerRule,
  type Outputs,
  type Task,
} from '@cairn/core';
import { initialState, netInfo, TfjsNetwork } from '@cairn/nn';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { frozen, testChecks, type Check } from './checks.ts';
import { placeFaults } from './place-of-sample.ts';

/** Where a model is tried and for what. */
export interface ModelSetup {
  /** By name, what makes a backend the active one. */
  readonly backends: Readonly<Record<string, () => Promise<unknown>>>;
  /** @default colour images of 16×16 in 10 classes */
  readonly task?: Task;
}

const images: Task = {
  input: { kind: 'image', height: 16, width: 16, channels: 3, mean: [0, 0, 0], std: [1, 1, 1] },
  classes: 10,
};
const BATCH = 4;

/** Rate 1 and nothing else: the weights before and after a step differ by the gradient. */
const plain: OptimizerRule = {
  name: 'sgd',
  learningRate: 1,
  momentum: 0,
  dampening: 0,
  nesterov: false,
  weightDecay: 0,
};

/** What holds for every model. `create` takes options under which it is small. */
export function testModel(name: string, create: () => Model, setup: ModelSetup): void {
  testChecks(`model ${name}`, modelChecks(create, setup));
}

/** The checks of `testModel`. */
export function modelChecks(create: () => Model, { backends, task = images }: ModelSetup): readonly Check[] {
  const given = frozen(structuredClone(task));
  return [
    ...graphChecks(create, given),
    ...Object.entries(backends).flatMap(([on, activate]) =>
      networkChecks(create, given).map(([name, run]): Check => ({
        name,
        on,
        run: async () => {
          await activate();
          await run();
        },
      })),
    ),
  ];
}

function graphChecks(create: () => Model, task: Task): readonly Check[] {
  return [
    {
      name: 'writes the same graph each time, as plain data',
      run: () => {
        const model = create();
        const graph = model.graph(task);
        expect(model.graph(task)).toEqual(graph);
        expect(create().graph(task)).toEqual(graph);
        expect(JSON.parse(JSON.stringify(graph))).toEqual(graph);
      },
    },
    {
      name: 'has a logit for each class, whatever their number',
      run: () => {
        const model = create();
        for (const classes of [2, task.classes]) {
          expect(netInfo(model.graph({ ...task, classes })).outputs['logits']).toEqual([classes]);
        }
      },
    },
    {
      name: 'begins with the same weights for the same seed, with others for another',
      run: () => {
        const weights = (seed: number) => initialState(create().graph(task), createRandom(seed)).weights;
        expect(weights(1)).toEqual(weights(1));
        expect(weights(2)).not.toEqual(weights(1));
      },
    },
  ];
}

type NetworkCheck = readonly [name: string, run: () => Promise<void>];

function networkChecks(create: () => Model, task: Task): readonly NetworkCheck[] {
  const network = (seed: number): TfjsNetwork => {
    const graph = create().graph(task);
    const net = new TfjsNetwork(graph, { taps: Object.keys(netInfo(graph).taps), train: true });
    net.load(initialState(graph, createRandom(seed)));
    return net;
  };
  const using = async (work: (net: TfjsNetwork) => Promise<void>, seed = 1): Promise<void> => {
    const net = network(seed);
    try {
      await work(net);
    } finally {
      net.dispose();
    }
  };
  return [
    ['gives finite outputs and feature points of the declared sizes', () => using((net) => sizes(net, task))],
    [
      'gives a sample the same outputs in any batch and at any place, bit by bit',
      () => using((net) => apartFromBatch(net, task)),
    ],
    [
      'sends every parameter a finite gradient that is not zero',
      () =>
        using(async (net) => {
          const before = await net.save();
          step(net, task);
          expect(gradientFaults(before, await net.save(), net.graph.parameters)).toEqual([]);
        }),
    ],
    [
      'is the same network after save and load',
      () =>
        using(async (net) => {
          step(net, task);
          const state = await net.save();
          await using(async (other) => {
            other.load(state);
            expect(await inferredValues(other, task)).toEqual(await inferredValues(net, task));
          }, 2);
        }),
    ],
    [
      'leaks no tensor, in a step or in all',
      async () => {
        const before = tf.memory().numTensors;
        await using(async (net) => {
          // The first step makes what the optimiser keeps.
          step(net, task);
          const kept = tf.memory().numTensors;
          step(net, task);
          tf.dispose(await inferred(net, task, BATCH));
          expect(tf.memory().numTensors).toBe(kept);
        });
        expect(tf.memory().numTensors).toBe(before);
      },
    ],
  ];
}

async function sizes(net: TfjsNetwork, task: Task): Promise<void> {
  for (const batch of [1, BATCH]) {
    const outputs = await inferred(net, task, batch);
    const shapes = Object.fromEntries(Object.entries(outputs).map(([key, t]) => [key, t.shape]));
    const infinite = Object.entries(outputs).filter(([, t]) => !t.dataSync().every(Number.isFinite));
    tf.dispose(outputs);
    const declared = Object.entries({ ...net.info.outputs, ...net.info.taps });
    expect(shapes).toEqual(Object.fromEntries(declared.map(([key, shape]) => [key, [batch, ...shape]])));
    expect(infinite.map(([key]) => key)).toEqual([]);
  }
}

async function apartFromBatch(net: TfjsNetwork, task: Task): Promise<void> {
  // Running statistics that a step has moved, as a teacher's have been.
  step(net, task);
  const { height, width, channels } = task.input;
  const x = drawn([7, height, width, channels], 8);
  try {
    const names = [...Object.keys(net.info.outputs), ...Object.keys(net.info.taps)];
    expect(await placeFaults(net, { x }, names)).toEqual([]);
  } finally {
    x.dispose();
  }
}

async function inferredValues(net: TfjsNetwork, task: Task): Promise<Readonly<Record<string, unknown>>> {
  const outputs = await inferred(net, task, BATCH);
  const values = Object.fromEntries(Object.entries(outputs).map(([key, t]) => [key, t.dataSync()]));
  tf.dispose(outputs);
  return values;
}

function drawn(shape: readonly number[], seed: number): tf.Tensor {
  const stream = createRandom(seed).at('testing/model');
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => stream.normal()),
    [...shape],
  );
}

async function inferred(net: TfjsNetwork, { input }: Task, batch: number): Promise<Outputs> {
  const x = drawn([batch, input.height, input.width, input.channels], 8);
  try {
    return await net.infer({ x });
  } finally {
    x.dispose();
  }
}

/** One step against a drawn gradient of the logits. */
function step(net: TfjsNetwork, { input, classes }: Task): void {
  tf.tidy(() => {
    net.forward({ x: drawn([BATCH, input.height, input.width, input.channels], 8) });
    net.backward({ logits: drawn([BATCH, classes], 9) });
    net.update(plain, 1);
  });
}

/** Parameters whose gradient is not finite, or zero in every element. */
function gradientFaults(
  before: NetState,
  after: NetState,
  parameters: readonly ArraySpec[],
): readonly string[] {
  return parameters.flatMap(({ name }) => {
    const old = before.weights[name]?.data ?? [];
    const gradient = Array.from(after.weights[name]?.data ?? [], (w, i) => (old[i] ?? NaN) - w);
    if (!gradient.every(Number.isFinite)) return [`${name}: not finite`];
    return gradient.some((g) => g !== 0) ? [] : [`${name}: zero`];
  });
}
