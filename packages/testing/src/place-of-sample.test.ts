import '@tensorflow/tfjs-backend-cpu';
import { createRandom, type Network } from '@cairn/core';
import { graphBuilder, initialState, TfjsNetwork } from '@cairn/nn';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { batchesOf, placeFaults } from './place-of-sample.ts';

beforeAll(async () => void (await tf.setBackend('cpu')));

function network(): TfjsNetwork {
  const b = graphBuilder({
    input: { kind: 'image', height: 2, width: 2, channels: 1, mean: [0], std: [1] },
    classes: 3,
  });
  const features = b.tap('layer1', b.conv2d('conv1', b.input, { channels: 2, kernel: 3, padding: 1 }));
  b.output('logits', b.linear('fc', b.globalAveragePool('pool', features), { units: 3 }));
  const net = new TfjsNetwork(b.build(), { taps: ['layer1'], train: false });
  net.load(initialState(net.graph, createRandom(1)));
  return net;
}

test('every sample is in batches of every size, and at other places', () => {
  const batches = batchesOf(5);
  expect(new Set(batches.map((batch) => batch.length))).toEqual(new Set([5, 1, 2, 3, 4]));
  for (let sample = 0; sample < 5; sample++) {
    expect(batches.filter((batch) => batch.includes(sample)).length).toBeGreaterThanOrEqual(5);
  }
});

test('faults are named, and a network without any has none', async () => {
  const net = network();
  const x = tf.randomNormal([4, 2, 2, 1], 0, 1, 'float32', 3);
  const before = tf.memory().numTensors;
  expect(await placeFaults(net, { x }, ['logits', 'layer1'])).toEqual([]);
  // One that adds a bit to whatever is first in a batch of two.
  const partial: Network['infer'] = async (inputs, wanted) => {
    const { logits, ...others } = await net.infer(inputs, wanted);
    if (logits?.shape[0] !== 2) return { ...others, ...(logits && { logits }) };
    const bumped = tf.tidy(() =>
      tf.add(
        logits,
        tf.tensor2d([
          [0, 0, 1e-3],
          [0, 0, 0],
        ]),
      ),
    );
    logits.dispose();
    return { ...others, logits: bumped };
  };
  const faulty = new Proxy<Network>(net, {
    get: (target, key) => (key === 'infer' ? partial : (Reflect.get(target, key, target) as unknown)),
  });
  expect(await placeFaults(faulty, { x }, ['logits', 'layer1'])).toEqual([
    'logits of sample 0 in a batch of 2, place 0',
    'logits of sample 2 in a batch of 2, place 0',
  ]);
  expect(tf.memory().numTensors).toBe(before);
  net.dispose();
});
