/** The inputs and the known answers of two training steps of ResNet-20. See README.md. */
import { readFileSync } from 'node:fs';
import type { ArraySpec, HostTensor, NetState, NetworkGraph } from '@cairn/core';
import { z } from 'zod';
import { goldenNumbers } from './numbers.ts';

const summary = z.object({
  /** Places of `values` in PyTorch's order; empty where every value is kept. */
  at: z.array(z.number()),
  values: z.array(z.number()),
  /** Largest magnitude and Euclidean norm of the whole array. */
  max: z.number(),
  norm: z.number(),
});
const summaries = z.record(z.string(), summary);

const step = z.object({
  /** Of this step's images. */
  imageSeed: z.number(),
  losses: z.object({ total: z.number(), ce: z.number(), kl: z.number() }),
  /** [2, 100]. */
  logits: z.array(z.number()),
  gradients: summaries,
  /** After the step, as are velocities and buffers. */
  weights: summaries,
  velocities: summaries,
  buffers: summaries,
});

export type GoldenSummary = z.output<typeof summary>;
export type GoldenStep = z.output<typeof step>;

export const resnet20Task = {
  input: { kind: 'image', height: 32, width: 32, channels: 3, mean: [0, 0, 0], std: [1, 1, 1] },
  classes: 100,
} as const;

export const resnet20Batch = 2;

/** 0.1 CE + 0.9·T²·KL at T = 4. */
export const resnet20Loss = { temperature: 4, ceWeight: 0.1, klWeight: 0.9 * 16 } as const;

export const resnet20Rule = {
  name: 'sgd',
  learningRate: 0.05,
  momentum: 0.9,
  dampening: 0,
  nesterov: false,
  weightDecay: 5e-4,
} as const;

/** The answers of the float64 reference, a step after the other. */
export function resnet20Steps(): readonly GoldenStep[] {
  const text = readFileSync(new URL('./resnet20-step.jsonl', import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => step.parse(JSON.parse(line)));
}

/** Images NHWC, teacher logits and labels of a step (0 or 1). */
export function resnet20Inputs(
  index: number,
  imageSeed: number,
): { x: Float32Array; teacher: Float32Array; labels: Int32Array } {
  return {
    x: Float32Array.from(goldenNumbers(resnet20Batch * 32 * 32 * 3, imageSeed), (v) => v * 2),
    teacher: Float32Array.from(goldenNumbers(resnet20Batch * 100, 2001 + index), (v) => v * 8),
    labels: Int32Array.from({ length: resnet20Batch }, (_, row) => (37 * row + 11 * index + 5) % 100),
  };
}

/** The weights that the reference starts from: seeds count the sorted names from 1. */
export function resnet20State(graph: NetworkGraph): NetState {
  const names = graph.parameters.map((p) => p.name).sort();
  const parameters = graph.parameters.map((p) => [p.name, startOf(p, names.indexOf(p.name) + 1)] as const);
  const buffers = graph.buffers.map((b) => [b.name, bufferOf(b)] as const);
  return { weights: Object.fromEntries([...parameters, ...buffers]), optimizer: {}, updates: 0 };
}

function startOf({ name, shape }: ArraySpec, seed: number): HostTensor {
  const raw = goldenNumbers(sizeOf(shape), seed);
  return { dtype: 'float32', shape, data: Float32Array.from(raw, scaleOf(name, shape)) };
}

function scaleOf(name: string, shape: readonly number[]): (v: number) => number {
  const [outputs = 1, , height = 1, width = 1] = shape;
  const spread = Math.sqrt(6 / (outputs * height * width));
  if (shape.length === 4) return (v) => v * spread;
  if (name.startsWith('fc.')) return (v) => v / 8;
  const centre = name.endsWith('.weight') ? 1 : 0;
  return (v) => v / 10 + centre;
}

function bufferOf({ name, shape }: ArraySpec): HostTensor {
  const size = sizeOf(shape);
  if (name.endsWith('.num_batches_tracked')) return { dtype: 'int32', shape, data: new Int32Array(size) };
  return {
    dtype: 'float32',
    shape,
    data: new Float32Array(size).fill(name.endsWith('.running_var') ? 1 : 0),
  };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((n, d) => n * d, 1);
}
