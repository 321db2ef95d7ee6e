/** What a network must do in two updates, computed in float64. */
import {
  createRandom,
  type HostTensors,
  type NetState,
  type NetworkGraph,
  type OptimizerRule,
  type RandomStream,
} from '@cairn/core';
import { initialState } from '../../graph/initial-state.ts';
import { netInfo } from '../../graph/info.ts';
import { backward64, infer64, train64 } from '../reference/network.ts';
import { at, size, value64, type Arrays64, type Value64 } from '../reference/value.ts';
import { kinkMargin } from './kinks.ts';
import type { ParityCase } from './zoo.ts';

export type Sgd = Extract<OptimizerRule, { name: 'sgd' }>;

export interface Step64 {
  readonly values: ReadonlyMap<string, Value64>;
  readonly gradients: Arrays64;
  /** What the forward pass moved. */
  readonly buffers: Arrays64;
  /** Parameters and buffers after the update. */
  readonly arrays: Arrays64;
}

export interface Trajectory {
  readonly state: NetState;
  /** A few images more than the batch. */
  readonly images: Float32Array;
  /** Gradients of outputs and taps, by name. */
  readonly seeds: Readonly<Record<string, Float32Array>>;
  readonly steps: readonly Step64[];
  /** Gradients of the first step from the logits alone. */
  readonly fromLogits: Arrays64;
}

/** Rounding of an executor comes to about 1e-5; nearer to a kink the two sides may rightly differ. */
const NEAREST_KINK = 2e-5;
const MORE_IMAGES = 2;
const ATTEMPTS = 200;

/** Numbers drawn until no step comes too near to a kink; the same ones for the same graph. */
export function drawTrajectory({ graph, batch, name }: ParityCase, rules: readonly Sgd[]): Trajectory {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const random = createRandom(attempt);
    const state = unevenState(graph, random.at('parity/state'), initialState(graph, random));
    const images = normals(random.at('parity/images'), (batch + MORE_IMAGES) * size(inputShape(graph)));
    const draw = random.at('parity/seeds');
    const { outputs, taps } = netInfo(graph);
    const seeds = Object.fromEntries(
      Object.entries({ ...outputs, ...taps }).map(([key, shape]) => [
        key,
        normals(draw, batch * size(shape)),
      ]),
    );
    const drawn = { state, images, seeds };
    const steps = follow(graph, batch, drawn, rules);
    if (steps.every(({ values }) => kinkMargin(graph, values) > NEAREST_KINK)) {
      const logits = { logits: seeds['logits'] ?? new Float32Array() };
      const values = steps[0]?.values ?? new Map<string, Value64>();
      const fromLogits = backward64(graph, { values }, toArrays(state.weights), seedsById(graph, logits));
      return { ...drawn, steps, fromLogits };
    }
  }
  throw new RangeError(`${name}: ${ATTEMPTS} draws came near to a kink`);
}

/**
 * Outputs and taps in inference of the first images, by name.
 * @param buffers where they are not those of the first state
 */
export function inferred64(
  graph: NetworkGraph,
  { state, images }: Trajectory,
  count: number,
  buffers: Arrays64 = {},
): Arrays64 {
  const arrays = { ...toArrays(state.weights), ...buffers };
  return resultsOf(graph, infer64(graph, { x: imagesOf(graph, images, count) }, arrays));
}

/** Outputs and taps, by name. */
export function resultsOf(graph: NetworkGraph, values: ReadonlyMap<string, Value64>): Arrays64 {
  return Object.fromEntries(
    Object.entries({ ...graph.outputs, ...graph.taps }).map(([key, id]) => [
      key,
      values.get(id)?.data ?? new Float64Array(),
    ]),
  );
}

export function inputShape(graph: NetworkGraph): readonly number[] {
  return graph.inputs['x'] ?? [];
}

function imagesOf(graph: NetworkGraph, images: Float32Array, count: number): Value64 {
  const shape = [count, ...inputShape(graph)];
  return value64(shape, images.subarray(0, size(shape)));
}

type Drawn = Pick<Trajectory, 'state' | 'images' | 'seeds'>;

function follow(graph: NetworkGraph, batch: number, drawn: Drawn, rules: readonly Sgd[]): readonly Step64[] {
  let arrays = toArrays(drawn.state.weights);
  const velocities: Record<string, Float64Array> = {};
  const x = imagesOf(graph, drawn.images, batch);
  return rules.map((rule) => {
    const trained = train64(graph, { x }, arrays);
    const gradients = backward64(graph, trained, arrays, seedsById(graph, drawn.seeds));
    arrays = { ...arrays, ...trained.buffers, ...updated(arrays, gradients, velocities, rule) };
    return { ...trained, gradients, arrays };
  });
}

/** PyTorch's SGD; moves the velocities. */
function updated(
  arrays: Arrays64,
  gradients: Arrays64,
  velocities: Record<string, Float64Array>,
  { learningRate, momentum, dampening, nesterov, weightDecay }: Sgd,
): Arrays64 {
  return Object.fromEntries(
    Object.entries(gradients).map(([name, gradient]) => {
      const w = arrays[name] ?? new Float64Array();
      const old = velocities[name];
      const g = gradient.map((d, i) => d + weightDecay * at(w, i));
      const v = g.map((d, i) => (old === undefined ? d : momentum * at(old, i) + (1 - dampening) * d));
      velocities[name] = v;
      const moved = w.map(
        (x, i) => x - learningRate * (nesterov ? at(g, i) + momentum * at(v, i) : at(v, i)),
      );
      return [name, moved];
    }),
  );
}

/** Two names of one node add up. */
function seedsById(graph: NetworkGraph, seeds: Readonly<Record<string, Float32Array>>): Arrays64 {
  const byId: Record<string, Float64Array> = {};
  for (const [name, seed] of Object.entries(seeds)) {
    const id = graph.outputs[name] ?? graph.taps[name] ?? '';
    const old = byId[id];
    byId[id] = Float64Array.from(seed, (s, i) => s + (old === undefined ? 0 : at(old, i)));
  }
  return byId;
}

/** Scales, biases and statistics that are not all ones and zeros. */
function unevenState(graph: NetworkGraph, draw: RandomStream, initial: NetState): NetState {
  const vectors = [...graph.parameters, ...graph.buffers].filter(({ shape }) => shape.length === 1);
  const drawn = vectors.map(({ name, shape, init }) => {
    const spread = init.kind === 'ones' ? () => 0.5 + draw.uniform() : () => 0.3 * draw.normal();
    return [name, { dtype: 'float32', shape, data: Float32Array.from({ length: size(shape) }, spread) }];
  });
  const weights = { ...initial.weights, ...(Object.fromEntries(drawn) as HostTensors) };
  return { ...initial, weights };
}

function normals(draw: RandomStream, count: number): Float32Array {
  return Float32Array.from({ length: count }, () => draw.normal());
}

function toArrays(weights: HostTensors): Arrays64 {
  return Object.fromEntries(
    Object.entries(weights).map(([name, { data }]) => [name, Float64Array.from(data)]),
  );
}
