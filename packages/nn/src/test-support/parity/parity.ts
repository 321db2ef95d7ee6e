/** Holds an executor to the float64 reference on one graph. */
import type { Backend, NetState, Network, NetworkGraph, Outputs } from '@cairn/core';
import { dispose, memory, tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { netInfo } from '../../graph/info.ts';
import { at, size, type Arrays64 } from '../reference/value.ts';
import {
  drawTrajectory,
  inferred64,
  inputShape,
  resultsOf,
  type Sgd,
  type Step64,
  type Trajectory,
} from './trajectory.ts';
import type { ParityCase } from './zoo.ts';

/** Largest allowed differences, relative to the largest number of an array. */
export interface Tolerances {
  /** Of values and buffers. @default 1e-5 */
  readonly forward?: number;
  /** Of gradients, and of weights after updates. @default 1e-4 */
  readonly gradient?: number;
}

/** The first velocity is the gradient itself: the optimiser's state shows it unrounded. */
const plain: Sgd = {
  name: 'sgd',
  learningRate: 0.02,
  momentum: 0.9,
  dampening: 0,
  nesterov: false,
  weightDecay: 0,
};
const decaying: Sgd = { ...plain, dampening: 0.25, nesterov: true, weightDecay: 0.05 };

/** A gradient that is zero by cancellation is noise in proportion to the others. */
const NOISE = 0.05;

/**
 * Outputs and taps in inference (with other batch sizes too) and in training, buffers, gradients from all outputs and
 * taps at once and from the logits alone, two updates by SGD, the same bits again, and no tensor left.
 */
export async function parity(
  backend: Pick<Backend, 'compile'>,
  parityCase: ParityCase,
  { forward = 1e-5, gradient = 1e-4 }: Tolerances = {},
): Promise<void> {
  const { graph, batch } = parityCase;
  const truth = drawTrajectory(parityCase, [plain, decaying]);
  const before = memory().numTensors;
  const taps = Object.keys(graph.taps);
  const nets = [true, false].map((train) => backend.compile(graph, { taps, train }));
  try {
    for (const net of nets) {
      net.load(truth.state);
      for (const count of [batch, 1, batch + 2]) await checkInference(net, truth, count, forward);
    }
    const [net] = nets as [Network];
    const first = await checkFirstStep(net, truth, batch, { forward, gradient });
    await checkSecondStep(net, truth, batch, { forward, gradient });
    net.load(truth.state);
    expect(await step(net, truth, batch, plain)).toEqual(first);
    await checkFromLogits(net, truth, batch, gradient);
  } finally {
    for (const net of nets) net.dispose();
  }
  expect(memory().numTensors).toBe(before);
}

async function checkInference(
  net: Network,
  truth: Trajectory,
  count: number,
  tolerance: number,
  buffers?: Arrays64,
): Promise<void> {
  const x = images(net.graph, truth, count);
  try {
    const expected = inferred64(net.graph, truth, count, buffers);
    checkOutputs(await net.infer({ x }), expected, count, net.graph, tolerance);
    const { logits = new Float64Array() } = expected;
    checkOutputs(await net.infer({ x }, ['logits']), { logits }, count, net.graph, tolerance);
  } finally {
    x.dispose();
  }
}

/** Checks and disposes outputs. */
function checkOutputs(
  outputs: Outputs,
  expected: Arrays64,
  count: number,
  graph: NetworkGraph,
  tolerance: number,
): void {
  const { outputs: named, taps } = netInfo(graph);
  const shapes: Readonly<Record<string, readonly number[]>> = { ...taps, ...named };
  expect(Object.keys(outputs).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, value] of Object.entries(outputs)) {
    expect([name, ...value.shape]).toEqual([name, count, ...(shapes[name] ?? [])]);
    expectNear(name, value.dataSync(), expected[name], tolerance);
  }
  dispose({ ...outputs });
}

type Both = Required<Tolerances>;
type Checked = Pick<Step64, 'arrays'> & Pick<Trajectory, 'state'>;

async function checkFirstStep(
  net: Network,
  truth: Trajectory,
  batch: number,
  allowed: Both,
): Promise<NetState> {
  const [expected] = truth.steps;
  const x = images(net.graph, truth, batch);
  const outputs = net.forward({ x });
  if (expected === undefined) throw new RangeError('no step');
  // An inference between the two passes disturbs nothing, and sees the buffers that the first one moved.
  await checkInference(net, truth, batch, allowed.forward, expected.buffers);
  checkOutputs(outputs, resultsOf(net.graph, expected.values), batch, net.graph, allowed.forward);
  const seeds = seedTensors(net.graph, truth, batch);
  net.backward(seeds);
  net.update(plain, plain.learningRate);
  dispose([x, seeds]);
  const state = await net.save();
  checkGradients(net.graph, state, expected.gradients, allowed.gradient);
  checkArrays(net.graph, state, { ...expected, ...truth }, allowed);
  expect(state.updates).toBe(truth.state.updates + 1);
  return state;
}

async function checkSecondStep(net: Network, truth: Trajectory, batch: number, allowed: Both): Promise<void> {
  const state = await step(net, truth, batch, decaying);
  const expected = truth.steps[1];
  if (expected === undefined) throw new RangeError('no second step');
  const { gradient } = allowed;
  checkArrays(net.graph, state, { ...expected, ...truth }, { forward: gradient, gradient });
}

async function checkFromLogits(
  net: Network,
  truth: Trajectory,
  batch: number,
  tolerance: number,
): Promise<void> {
  net.load(truth.state);
  const { weights, optimizer } = await step(net, truth, batch, plain, ['logits']);
  checkGradients(net.graph, { optimizer }, truth.fromLogits, tolerance);
  for (const { name } of net.graph.parameters)
    if (truth.fromLogits[name] === undefined)
      expect([name, weights[name]]).toEqual([name, truth.state.weights[name]]);
}

async function step(
  net: Network,
  truth: Trajectory,
  batch: number,
  rule: Sgd,
  names?: readonly string[],
): Promise<NetState> {
  const x = images(net.graph, truth, batch);
  const outputs = net.forward({ x }, ['logits']);
  const seeds = seedTensors(net.graph, truth, batch, names);
  net.backward(seeds);
  net.update(rule, rule.learningRate);
  dispose([x, { ...outputs }, seeds]);
  return net.save();
}

function images(graph: NetworkGraph, truth: Trajectory, count: number) {
  const shape = [count, ...inputShape(graph)];
  return tensor(truth.images.slice(0, size(shape)), shape);
}

function seedTensors(
  graph: NetworkGraph,
  { seeds }: Trajectory,
  batch: number,
  names: readonly string[] = Object.keys(seeds),
) {
  const { outputs, taps } = netInfo(graph);
  const shapes: Readonly<Record<string, readonly number[]>> = { ...taps, ...outputs };
  return Object.fromEntries(
    names.map((name) => [name, tensor(seeds[name] ?? [], [batch, ...(shapes[name] ?? [])])]),
  );
}

function checkGradients(
  graph: NetworkGraph,
  { optimizer }: Pick<NetState, 'optimizer'>,
  expected: Arrays64,
  tolerance: number,
): void {
  const largest = Math.max(...Object.values(expected).map(magnitude));
  for (const { name } of graph.parameters) {
    const gradient = optimizer[`momentum/${name}`]?.data ?? [];
    expectNear(`gradient of ${name}`, gradient, expected[name], tolerance, NOISE * largest);
  }
}

/** Weights are held to their size before the updates: afterwards one may be next to nothing. */
function checkArrays(graph: NetworkGraph, { weights }: NetState, truth: Checked, allowed: Both): void {
  const { arrays, state } = truth;
  for (const { name } of graph.buffers)
    expectNear(name, weights[name]?.data ?? [], arrays[name], allowed.forward);
  for (const { name } of graph.parameters) {
    const before = magnitude(Float64Array.from(state.weights[name]?.data ?? []));
    expectNear(name, weights[name]?.data ?? [], arrays[name], allowed.gradient, before);
  }
}

function magnitude(data: Float64Array): number {
  return data.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
}

/** The largest difference against the largest number expected. */
function expectNear(
  what: string,
  actual: ArrayLike<number>,
  expected: Float64Array = new Float64Array(),
  tolerance: number,
  floor = 1e-6,
): void {
  expect([what, actual.length]).toEqual([what, expected.length]);
  const scale = Math.max(floor, magnitude(expected));
  const off = Array.from(actual, (v, i) => Math.abs(v - at(expected, i)) / scale);
  const worst = off.reduce((w, d, i) => (d <= (off[w] ?? 0) ? w : i), 0);
  const allFine = off.every((d) => d <= tolerance);
  const message = `${what}[${worst}]: ${actual[worst]}, expected ${expected[worst]} ± ${tolerance * scale}`;
  expect(allFine, message).toBe(true);
}
