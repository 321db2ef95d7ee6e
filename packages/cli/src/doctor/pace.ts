/** A training step of a few convolutions, timed: what `doctor --tune` compares a backend's ways by. */
import { createRandom, type Backend, type Network } from '@cairn/core';
import { graphBuilder, initialState } from '@cairn/nn';
import * as tf from '@tensorflow/tfjs-core';

const task = {
  input: { kind: 'image', height: 32, width: 32, channels: 3, mean: [0, 0, 0], std: [1, 1, 1] },
  classes: 10,
} as const;
const [batch, warmUp, steps] = [64, 10, 15];
const rule = {
  name: 'sgd',
  learningRate: 0.01,
  momentum: 0.9,
  dampening: 0,
  nesterov: false,
  weightDecay: 0,
} as const;

/** Median milliseconds of a step. The backend is active. */
export async function paceOf(backend: Backend): Promise<number> {
  const network = smallNetwork(backend);
  const x = tf.randomNormal([batch, 32, 32, 3], 0, 1, 'float32', 1);
  const gradient = tf.fill([batch, task.classes], 1 / batch);
  const times: number[] = [];
  try {
    for (let i = 0; i < warmUp + steps; i++) {
      const start = performance.now();
      tf.dispose(network.forward({ x }, ['logits']));
      network.backward({ logits: gradient });
      network.update(rule, rule.learningRate);
      times.push(performance.now() - start);
    }
    return times.slice(warmUp).sort((a, b) => a - b)[steps >> 1] ?? NaN;
  } finally {
    network.dispose();
    tf.dispose([x, gradient]);
  }
}

/** Two convolutions at each of the sizes that a CIFAR ResNet has. */
function smallNetwork(backend: Backend): Network {
  const b = graphBuilder(task);
  let value = b.input;
  for (const [stage, channels] of [16, 32, 64].entries()) {
    for (const place of [0, 1]) {
      const id = `${stage}.${place}`;
      const stride = stage > 0 && place === 0 ? 2 : 1;
      const convolved = b.conv2d(`conv${id}`, value, { channels, kernel: 3, stride, padding: 1 });
      value = b.relu(`relu${id}`, b.batchNorm(`bn${id}`, convolved));
    }
  }
  const pooled = b.globalAveragePool('pool', value);
  b.output('logits', b.linear('fc', pooled, { units: task.classes }));
  const graph = b.build();
  const network = backend.compile(graph, { taps: [], train: true });
  network.load(initialState(graph, createRandom(0)));
  return network;
}
