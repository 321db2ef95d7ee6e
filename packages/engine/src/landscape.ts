/**
 * The loss around a state of a network, along two random directions with normalised filters (Li et al., NeurIPS 2018,
 * arXiv 1712.09913, section 4): every filter of a direction is as long as that of the weights, so that scale, which
 * normalised networks do not feel, is no sharpness.
 */
import {
  type ArraySpec,
  type HostTensor,
  type HostTensors,
  logSoftmaxRows,
  mean,
  type Network,
  type Random,
} from '@cairn/core';
import type { BatchMaker } from './data/batches.ts';
import { predictLogits } from './predict.ts';

/** Steps of a direction by parameter; parameters that stay as they are have none. */
export type Direction = Readonly<Record<string, Float32Array>>;

export interface LandscapeOptions {
  readonly batches: BatchMaker;
  readonly rows: Int32Array;
  /** Of the whole split. */
  readonly labels: Int32Array;
  /** Along both directions, in lengths of the filters. */
  readonly steps: readonly number[];
  readonly random: Random;
  /** Stops between two points. */
  readonly signal?: AbortSignal;
}

/**
 * A random direction. Filters are rows of convolutions and linear layers; vectors (biases, normalisations) stay.
 * @param index 0 and 1 for the two of a plane
 */
export function filterDirection(
  weights: HostTensors,
  parameters: readonly Pick<ArraySpec, 'name'>[],
  random: Random,
  index: number,
): Direction {
  const direction: Record<string, Float32Array> = {};
  parameters.forEach(({ name }, place) => {
    const tensor = weights[name];
    if (tensor?.dtype !== 'float32' || tensor.shape.length < 2) return;
    const stream = random.at('landscape', index, place);
    const step = Float32Array.from(tensor.data, () => stream.normal());
    const size = tensor.data.length / (tensor.shape[0] ?? 1);
    for (let start = 0; start < step.length; start += size) {
      const scale = length(tensor.data, start, size) / (length(step, start, size) || 1);
      for (let k = start; k < start + size; k++) step[k] = (step[k] as number) * scale;
    }
    direction[name] = step;
  });
  return direction;
}

/** The weights a part of the way along directions. */
export function moved(
  weights: HostTensors,
  directions: readonly (readonly [direction: Direction, amount: number])[],
): HostTensors {
  return Object.fromEntries(
    Object.entries(weights).map(([name, tensor]): [string, HostTensor] => {
      const steps = directions.flatMap(([direction, amount]) => {
        const step = direction[name];
        return step === undefined ? [] : [[step, amount] as const];
      });
      if (tensor.dtype !== 'float32' || steps.length === 0) return [name, tensor];
      const data = Float32Array.from(tensor.data, (value, k) =>
        steps.reduce((sum, [step, amount]) => sum + amount * (step[k] as number), value),
      );
      return [name, { ...tensor, data }];
    }),
  );
}

/**
 * Mean cross-entropy in nats at every point of the plane, row-major [second direction × first].
 * @param network compiled with the state's graph; it is left with the last point's weights
 */
export async function lossLandscape(
  network: Network,
  weights: HostTensors,
  { batches, rows, labels, steps, random, signal }: LandscapeOptions,
): Promise<number[]> {
  const { parameters } = network.graph;
  const [first, second] = [0, 1].map((index) => filterDirection(weights, parameters, random, index));
  const losses: number[] = [];
  for (const b of steps) {
    for (const a of steps) {
      signal?.throwIfAborted();
      const at = moved(weights, [
        [first ?? {}, a],
        [second ?? {}, b],
      ]);
      network.load({ weights: at, optimizer: {}, updates: 0 });
      losses.push(meanLoss(await predictLogits(network, batches, rows), rows, labels));
    }
  }
  return losses;
}

function meanLoss(logits: Float32Array, rows: Int32Array, labels: Int32Array): number {
  const classes = logits.length / rows.length;
  const logP = logSoftmaxRows(logits, classes);
  return -mean(Float64Array.from(rows, (row, i) => logP[i * classes + (labels[row] ?? 0)] as number));
}

function length(values: Float32Array, start: number, size: number): number {
  let sum = 0;
  for (let k = start; k < start + size; k++) sum += (values[k] as number) ** 2;
  return Math.sqrt(sum);
}
