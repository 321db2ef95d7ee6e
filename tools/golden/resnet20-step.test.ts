/** ResNet-20 on the backends against the float64 reference: forward, loss, gradients, update, running statistics. */
import type { CompileUse, HostTensor, HostTensors, Network, NetworkGraph } from '@cairn/core';
import { activateWasm, wasmBackend } from '@cairn/backend-wasm';
import { resnetGraph, resnetOptions } from '@cairn/model-resnet';
import { softmaxCeKl, TfjsNetwork } from '@cairn/nn';
import '@tensorflow/tfjs-backend-cpu';
import {
  setBackend,
  tensor1d,
  tensor2d,
  tensor4d,
  tidy,
  valueAndGrad,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import {
  resnet20Batch,
  resnet20Inputs,
  resnet20Loss,
  resnet20Rule,
  resnet20State,
  resnet20Steps,
  resnet20Task,
  type GoldenStep,
  type GoldenSummary,
} from './index.ts';

/** Plain JavaScript takes half a minute a step: the first shows what it can. */
const executors = [
  { name: 'wasm, TensorFlow.js executor', steps: 2, start: () => eager(() => activateWasm()) },
  { name: 'wasm, compiled, one thread', steps: 2, start: () => compiled(1) },
  { name: 'wasm, compiled, two threads', steps: 2, start: () => compiled(2) },
  { name: 'cpu', steps: 1, start: () => eager(() => setBackend('cpu')) },
] as const;

type Compile = (graph: NetworkGraph, use: CompileUse) => Network;

async function eager(activate: () => Promise<unknown>): Promise<Compile> {
  await activate();
  return (graph, use) => new TfjsNetwork(graph, use);
}

async function compiled(threads: number): Promise<Compile> {
  const backend = wasmBackend();
  await backend.activate({ threads });
  return (graph, use) => backend.compile(graph, use);
}

const graph = resnetGraph(resnet20Task, resnetOptions.parse({ depth: 20 }));

interface Measured {
  readonly logits: Float32Array;
  readonly losses: Record<string, number>;
}

/** One step; the loss of the learner's logits under autograd, as the training loop has it. */
function trainStep(net: Network, index: number, seed: number): Measured {
  const { x, teacher, labels } = resnet20Inputs(index, seed);
  return tidy(() => {
    const { logits } = net.forward({ x: tensor4d(x, [resnet20Batch, 32, 32, 3]) });
    const guide = { teacher: tensor2d(teacher, [resnet20Batch, 100]), labels: tensor1d(labels, 'int32') };
    const { ce, kl } = softmaxCeKl(logits as Tensor2D, { ...guide, ...resnet20Loss });
    const total = valueAndGrad((z) => softmaxCeKl(z as Tensor2D, { ...guide, ...resnet20Loss }).total)(
      logits as Tensor2D,
    );
    net.backward({ logits: total.grad });
    net.update(resnet20Rule, resnet20Rule.learningRate);
    const losses = { total: total.value, ce, kl };
    return {
      logits: (logits as Tensor2D).dataSync() as Float32Array,
      losses: Object.fromEntries(Object.entries(losses).map(([k, t]) => [k, t.dataSync()[0] ?? NaN])),
    };
  });
}

/** Largest difference to the kept values, against the largest magnitude of the whole array; and of the norms. */
function errorOf(array: HostTensor['data'] | undefined, { at, values, max, norm }: GoldenSummary): number {
  const differences = values.map((value, i) => Math.abs((array?.[at[i] ?? i] ?? NaN) - value) / max);
  const actual = Math.sqrt(Array.from(array ?? []).reduce((s, v) => s + v * v, 0));
  return Math.max(...differences, Math.abs(actual - norm) / norm);
}

function expectArrays(
  arrays: HostTensors,
  expected: Readonly<Record<string, GoldenSummary>>,
  prefix = '',
): void {
  for (const [name, summary] of Object.entries(expected))
    expect(errorOf(arrays[prefix + name]?.data, summary), prefix + name).toBeLessThan(1e-4);
}

/** v_first = g + decay·w and v = momentum·v_before + g + decay·w, so the velocities tell the gradient. */
function gradientsOf(
  before: { weights: HostTensors; optimizer: HostTensors },
  after: HostTensors,
): HostTensors {
  return Object.fromEntries(
    graph.parameters.map(({ name, shape }) => {
      const [w, old, now] = [
        before.weights[name],
        before.optimizer[`momentum/${name}`],
        after[`momentum/${name}`],
      ];
      const data = Float32Array.from(now?.data ?? [], (v, i) => {
        const carried = resnet20Rule.momentum * (old?.data[i] ?? 0);
        return v - carried - resnet20Rule.weightDecay * (w?.data[i] ?? NaN);
      });
      return [name, { dtype: 'float32', shape, data }];
    }),
  );
}

describe.each(executors)('$name', ({ steps, start }) => {
  test(`ResNet-20 with distillation, steps: ${steps}`, { timeout: 120_000 }, async () => {
    const compile = await start();
    const net = compile(graph, { taps: [], train: true });
    net.load(resnet20State(graph));
    for (const [index, golden] of resnet20Steps().slice(0, steps).entries()) {
      const before = await net.save();
      const { logits, losses } = trainStep(net, index, golden.imageSeed);
      const after = await net.save();
      expectForward(logits, losses, golden);
      expectArrays(gradientsOf(before, after.optimizer), golden.gradients);
      expectArrays(after.weights, golden.weights);
      expectArrays(after.optimizer, golden.velocities, 'momentum/');
      expectArrays(after.weights, golden.buffers);
      expect(after.weights['bn1.num_batches_tracked']?.data).toEqual(Int32Array.of(index + 1));
    }
    net.dispose();
  });
});

function expectForward(logits: Float32Array, losses: Measured['losses'], golden: GoldenStep): void {
  for (const [name, value] of Object.entries(golden.losses))
    expect(Math.abs((losses[name] ?? NaN) - value) / value, name).toBeLessThan(1e-5);
  const scale = Math.max(...golden.logits.map(Math.abs));
  const differences = golden.logits.map((value, i) => Math.abs((logits[i] ?? NaN) - value) / scale);
  expect(Math.max(...differences), 'logits').toBeLessThan(1e-4);
}
