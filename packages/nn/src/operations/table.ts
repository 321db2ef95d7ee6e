import { add } from './add.ts';
import { averagePool } from './average-pool.ts';
import { batchNorm } from './batch-norm.ts';
import { channelShuffle } from './channel-shuffle.ts';
import { concat } from './concat.ts';
import { conv2d } from './conv2d.ts';
import { globalAveragePool } from './global-average-pool.ts';
import { linear } from './linear.ts';
import { maxPool } from './max-pool.ts';
import type { Operation } from './operation.ts';
import { relu } from './relu.ts';
import { relu6 } from './relu6.ts';
import { slice } from './slice.ts';

/** The vocabulary: what a graph's nodes may be. The builder has a method for each. */
export const operations = {
  add,
  averagePool,
  batchNorm,
  channelShuffle,
  concat,
  conv2d,
  globalAveragePool,
  linear,
  maxPool,
  relu,
  relu6,
  slice,
} satisfies Record<string, Operation>;

export type Operations = typeof operations;
export type OperationName = keyof Operations;

export const operationNames = Object.keys(operations) as readonly OperationName[];

/** Undefined for a name outside the vocabulary. */
export function findOperation(name: string): Operation | undefined {
  return Object.hasOwn(operations, name) ? operations[name as OperationName] : undefined;
}
