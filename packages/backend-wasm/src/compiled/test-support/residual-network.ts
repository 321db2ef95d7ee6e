/** A small residual network, its batches and steps, and comparisons of what it ends with. */
import type { NetState, OptimizerRule, Task } from '@cairn/core';
import { graphBuilder, type TfjsNetwork } from '@cairn/nn';
import { tensor, tidy } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { numbers } from '../../test-support.ts';
import type { CompiledNetwork } from '../compiled-network.ts';

const taskOf = (side: number): Task => ({
  input: { kind: 'image', height: side, width: side, channels: 3, mean: [0, 0, 0], std: [1, 1, 1] },
  classes: 4,
});
export const sgd = {
  name: 'sgd',
  learningRate: 0.05,
  momentum: 0.9,
  dampening: 0,
  nesterov: true,
  weightDecay: 5e-4,
} as const;
export const adamw: OptimizerRule = {
  name: 'adamw',
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.99,
  // Large, so that a step is no sign of a gradient that is all rounding.
  epsilon: 1e-3,
  weightDecay: 0.01,
};

/** Winograd, stride 2, a shortcut with and one without a projection, a depthwise layer, taps. */
export function residualGraph(side: number) {
  const b = graphBuilder(taskOf(side));
  const layer = (id: string, x: typeof b.input, channels: number, stride = 1, groups = 1) =>
    b.batchNorm(`${id}.bn`, b.conv2d(`${id}.conv`, x, { channels, kernel: 3, padding: 1, stride, groups }));
  const stem = b.tap('f0', b.relu('relu0', layer('stem', b.input, 16)));
  const first = b.add('sum1', [layer('b', b.relu('relu1', layer('a', stem, 16)), 16), stem]);
  const open = b.tap('f1', b.relu('relu2', first));
  const down = b.batchNorm('down.bn', b.conv2d('down', open, { channels: 24, kernel: 1, stride: 2 }));
  const second = b.add('sum2', [layer('d', b.relu6('relu3', layer('c', open, 24, 2)), 24, 1, 24), down]);
  const pooled = b.output('embedding', b.globalAveragePool('pool', b.relu('relu4', second)));
  b.output('logits', b.linear('fc', pooled, { units: 4 }));
  return b.build();
}

export function images(count: number, seed: number, side = 8) {
  return tensor(Float32Array.from(numbers(count * side * side * 3, seed)), [count, side, side, 3]);
}

export function step(
  net: CompiledNetwork | TfjsNetwork,
  batch: number,
  seed: number,
  rule: OptimizerRule,
  side = 8,
): void {
  tidy(() => {
    net.forward({ x: images(batch, seed, side) }, ['logits']);
    net.backward({ logits: tensor(Float32Array.from(numbers(batch * 4, seed + 1)), [batch, 4]) });
    net.update(rule, rule.learningRate);
  });
}

export function expectSameBits(a: NetState, b: NetState): void {
  expect(b.updates).toBe(a.updates);
  for (const part of ['weights', 'optimizer'] as const) {
    expect(Object.keys(b[part]).sort()).toEqual(Object.keys(a[part]).sort());
    for (const [name, { data }] of Object.entries(a[part]))
      expect([name, ...(b[part][name]?.data ?? [])]).toEqual([name, ...data]);
  }
}

export function expectNear(a: NetState, b: NetState, tolerance: number): void {
  for (const part of ['weights', 'optimizer'] as const)
    for (const [name, { data }] of Object.entries(a[part])) {
      const values = [...data];
      const scale = Math.max(1e-3, ...values.map(Math.abs));
      const other = b[part][name]?.data ?? [];
      values.forEach((v, i) => expect(Math.abs(v - (other[i] ?? NaN)) / scale, name).toBeLessThan(tolerance));
    }
}
