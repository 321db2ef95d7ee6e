/** A network with a bit of everything, its input, and what tests do with it. */
import { createRandom, type CairnError, type OptimizerRule, type Task } from '@cairn/core';
import { tensor, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { TfjsNetwork } from '../executor/tfjs-network.ts';
import { graphBuilder } from '../graph/builder.ts';
import { initialState } from '../graph/initial-state.ts';
import { product } from '../operations/operation.ts';
import { numbers } from './backends.ts';

export const task: Task = {
  input: { kind: 'image', height: 6, width: 5, channels: 2, mean: [0, 0], std: [1, 1] },
  classes: 3,
};

/** Everything at once: a residual block with a shortcut, fan-out, fused and lone ReLUs, taps, a depthwise filter. */
function blockGraph() {
  const b = graphBuilder(task);
  const stem = b.batchNorm('bn1', b.conv2d('conv1', b.input, { channels: 4, kernel: 3, padding: 1 }));
  const x = b.tap('f0', b.relu('relu1', stem));
  const main = b.batchNorm(
    'bn2',
    b.conv2d('conv2', x, { channels: 4, kernel: 3, stride: 2, padding: 1, groups: 4 }),
  );
  const side = b.batchNorm('bn3', b.conv2d('conv3', x, { channels: 4, kernel: 1, stride: 2 }));
  const sum = b.tap('f1.pre', b.add('sum', [main, side]));
  const last = b.tap('f1', b.relu('relu2', sum));
  const pooled = b.output('embedding', b.globalAveragePool('pool', last));
  b.output('logits', b.linear('fc', pooled, { units: task.classes }));
  return b.build();
}

export const graph = blockGraph();
export const BATCH = 4;
export const images = numbers(BATCH * 6 * 5 * 2, 5);
export const sgd: Extract<OptimizerRule, { name: 'sgd' }> = {
  name: 'sgd',
  learningRate: 0.1,
  momentum: 0.9,
  dampening: 0,
  nesterov: false,
  weightDecay: 5e-4,
};
export const adamw: OptimizerRule = {
  name: 'adamw',
  learningRate: 0.1,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0.01,
};

export function network(taps: readonly string[] = [], train = true): TfjsNetwork {
  const net = new TfjsNetwork(graph, { taps, train });
  net.load(initialState(graph, createRandom(3)));
  return net;
}

export function input(): Tensor {
  return tensor(images, [BATCH, 6, 5, 2]);
}

export function disposeAll(tensors: Readonly<Record<string, Tensor>>): void {
  for (const t of Object.values(tensors)) t.dispose();
}

export async function outputs(net: TfjsNetwork): Promise<Record<string, number[]>> {
  const x = input();
  const result = await net.infer({ x });
  const values = Object.fromEntries(
    Object.entries(result).map(([name, t]) => [name, Array.from(t.dataSync())]),
  );
  disposeAll({ x, ...result });
  return values;
}

/** One step; `grads` gives the gradient of each named result. */
export function step(net: TfjsNetwork, names: readonly string[], rule?: OptimizerRule): void {
  tidy(() => {
    const result = net.forward({ x: input() });
    const gradients = names.map((name, i) => {
      const shape = result[name]?.shape ?? [];
      return [name, tensor(numbers(product(shape), i + 40), shape)] as const;
    });
    net.backward(Object.fromEntries(gradients));
    if (rule !== undefined) net.update(rule, rule.learningRate);
  });
}

export function failure(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    const { code, message, fix } = error as CairnError;
    return `${code}: ${message} | ${fix.join(' ')}`;
  }
  return 'no error';
}

/** −learning rate × gradient, read off an update by plain SGD. */
export async function gradientsOf(
  net: TfjsNetwork,
  names: readonly string[],
): Promise<Record<string, Float32Array>> {
  const plain = { ...sgd, momentum: 0, weightDecay: 0 };
  const before = await net.save();
  step(net, names, { ...plain, learningRate: 1 });
  const after = await net.save();
  net.load(before);
  return Object.fromEntries(
    graph.parameters.map(({ name }) => [
      name,
      Float32Array.from(
        before.weights[name]?.data ?? [],
        (w, i) => w - (after.weights[name]?.data[i] ?? NaN),
      ),
    ]),
  );
}
