import type { NetworkGraph } from '@cairn/core';
import { add } from './add.ts';
import { batchNorm } from './batch-norm.ts';
import { channelShuffle } from './channel-shuffle.ts';
import { concat } from './concat.ts';
import { conv2d } from './conv2d.ts';
import { globalAveragePool } from './global-average-pool.ts';
import { linear } from './linear.ts';
import type { Lowering } from './lowering.ts';
import { averagePool, maxPool } from './pools.ts';
import { relu, relu6 } from './relu.ts';
import { slice } from './slice.ts';

/** The operations that the compiled executor knows. */
const lowerings: Readonly<Record<string, Lowering>> = {
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
};

/** @throws TypeError for an operation that `canLower` refuses */
export function loweringOf(op: string): Lowering {
  const lowering = Object.hasOwn(lowerings, op) ? lowerings[op] : undefined;
  if (lowering === undefined) throw new TypeError(`no lowering for "${op}"`);
  return lowering;
}

/** Whether every operation of a graph is known. */
export function canLower(graph: NetworkGraph): boolean {
  return graph.nodes.every(({ op }) => Object.hasOwn(lowerings, op));
}
