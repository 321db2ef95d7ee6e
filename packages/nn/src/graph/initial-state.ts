import type {
  HostTensor,
  Initializer,
  NetState,
  NetworkGraph,
  Random,
  RandomStream,
  Shape,
} from '@cairn/core';
import { product } from '../operations/operation.ts';
import { planArrays, type ArrayPlan } from './array-specs.ts';

/**
 * A network before any training. Each array is drawn at an address of its own, (seed, `init/<name>`), so its values
 * depend neither on the other arrays nor on their order.
 */
export function initialState(graph: NetworkGraph, random: Random): NetState {
  const weights = Object.fromEntries(
    planArrays(graph).map((array) => [array.name, initialArray(array, random)]),
  );
  return { weights, optimizer: {}, updates: 0 };
}

function initialArray({ name, shape, init, dtype }: ArrayPlan, random: Random): HostTensor {
  const size = product(shape);
  const draw = drawer(init, shape, random.at(`init/${name}`));
  if (dtype === 'int32') return { dtype, shape, data: Int32Array.from({ length: size }, draw) };
  return { dtype, shape, data: Float32Array.from({ length: size }, draw) };
}

function drawer(init: Initializer, shape: Shape, stream: RandomStream): () => number {
  switch (init.kind) {
    case 'zeros':
      return () => 0;
    case 'ones':
      return () => 1;
    case 'normal':
      return () => init.std * stream.normal();
    case 'kaiming-normal': {
      const std = Math.sqrt(2 / fan(shape, init.fan));
      return () => std * stream.normal();
    }
    case 'torch-uniform': {
      const bound = 1 / Math.sqrt(init.fanIn);
      return () => bound * (2 * stream.uniform() - 1);
    }
  }
}

/** PyTorch's fans of a layout [out, in, …window]. */
function fan([outputs = 1, inputs = 1, ...window]: Shape, side: 'in' | 'out'): number {
  return (side === 'in' ? inputs : outputs) * product(window);
}
