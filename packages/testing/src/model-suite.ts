import {
  createRandom,
  type Model,
  type NetState,
  type OptimizerRule,
  type Outputs,
  type Task,
} from '@cairn/core';
import { initialState, netInfo, TfjsNetwork } from '@cairn/nn';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
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
export function testModel(name: string, create: () => Model, { backends, task = images }: ModelSetup): void {
  const graph = create().graph(task);
  const info = netInfo(graph);
  const taps = Object.keys(info.taps);

  describe(`model ${name}`, () => {
    test('writes the same graph each time, as plain data', () => {
      expect(create().graph(task)).toEqual(graph);
      expect(JSON.parse(JSON.stringify(graph))).toEqual(graph);
    });

    test('has a logit for each class, whatever their number', () => {
      for (const classes of [2, task.classes]) {
        expect(netInfo(create().graph({ ...task, classes })).outputs['logits']).toEqual([classes]);
      }
    });

    test('begins with the same weights for the same seed, with others for another', () => {
      const weights = (seed: number) => initialState(create().graph(task), createRandom(seed)).weights;
      expect(weights(1)).toEqual(weights(1));
      expect(weights(2)).not.toEqual(weights(1));
    });
  });

  describe.each(Object.keys(backends))(`model ${name} on %s`, (backend) => {
    beforeAll(async () => void (await backends[backend]?.()));
    const network = (seed: number): TfjsNetwork => {
      const net = new TfjsNetwork(graph, { taps, train: true });
      net.load(initialState(graph, createRandom(seed)));
      return net;
    };
    const using = async (work: (net: TfjsNetwork) => Promise<void>): Promise<void> => {
      const net = network(1);
      try {
        await work(net);
      } finally {
        net.dispose();
      }
    };

    test('gives finite outputs and feature points of the declared sizes', () =>
      using(async (net) => {
        for (const batch of [1, BATCH]) {
          const outputs = await inferred(net, task, batch);
          const shapes = Object.fromEntries(Object.entries(outputs).map(([key, t]) => [key, t.shape]));
          const declared = Object.entries({ ...info.outputs, ...info.taps });
          expect(shapes).toEqual(
            Object.fromEntries(declared.map(([key, shape]) => [key, [batch, ...shape]])),
          );
          for (const [key, t] of Object.entries(outputs))
            expect([key, t.dataSync().every(Number.isFinite)]).toEqual([key, true]);
          tf.dispose(outputs);
        }
      }));

    test('gives a sample the same outputs in any batch and at any place, bit by bit', () =>
      using(async (net) => {
        // Running statistics that a step has moved, as a teacher's have been.
        step(net, task);
        const { height, width, channels } = task.input;
        const x = drawn([7, height, width, channels], 8);
        expect(await placeFaults(net, { x }, [...Object.keys(info.outputs), ...taps])).toEqual([]);
        x.dispose();
      }));

    test('sends every parameter a finite gradient that is not zero', () =>
      using(async (net) => {
        const before = await net.save();
        step(net, task);
        const after = await net.save();
        expect(
          gradientFaults(
            before,
            after,
            graph.parameters.map((p) => p.name),
          ),
        ).toEqual([]);
      }));

    test('is the same network after save and load', () =>
      using(async (net) => {
        step(net, task);
        const other = network(2);
        other.load(await net.save());
        const [a, b] = [await inferred(net, task, BATCH), await inferred(other, task, BATCH)];
        for (const key of Object.keys(a))
          expect([key, b[key]?.dataSync()]).toEqual([key, a[key]?.dataSync()]);
        tf.dispose([a, b]);
        other.dispose();
      }));

    test('leaks no tensor, in a step or in all', async () => {
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
    });
  });
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
function gradientFaults(before: NetState, after: NetState, names: readonly string[]): readonly string[] {
  return names.flatMap((name) => {
    const old = before.weights[name]?.data ?? [];
    const gradient = Array.from(after.weights[name]?.data ?? [], (w, i) => (old[i] ?? NaN) - w);
    if (!gradient.every(Number.isFinite)) return [`${name}: not finite`];
    return gradient.some((g) => g !== 0) ? [] : [`${name}: zero`];
  });
}
