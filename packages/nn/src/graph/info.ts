import type { NetInfo, NetworkGraph, Shape } from '@cairn/core';
import { product } from '../operations/operation.ts';
import { resolveGraph } from './resolve.ts';

/** Shapes of outputs and taps. */
export function netInfo(graph: NetworkGraph): NetInfo {
  const shapes = new Map<string, Shape>(Object.entries(graph.inputs));
  for (const node of graph.nodes) shapes.set(node.id, node.shape);
  const named = (ids: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, shapes.get(id) ?? []]));
  return { outputs: named(graph.outputs), taps: named(graph.taps) };
}

/** What a network costs. */
export interface Cost {
  /** Trained numbers; buffers are not counted. */
  readonly parameters: number;
  /** Multiply-adds of a forward pass of one sample. */
  readonly forward: number;
  /** The same of a backward pass: each product has two gradients. */
  readonly backward: number;
}

/** @throws CAIRN_PLUGIN_GRAPH_… for a graph that does not hold together */
export function countCost(graph: NetworkGraph): Cost {
  const forward = resolveGraph(graph)
    .map(({ node, operation, attributes, inputShapes }) =>
      operation.multiplyAdds(inputShapes, node.shape, attributes),
    )
    .reduce((a, b) => a + b, 0);
  const parameters = graph.parameters.reduce((n, p) => n + product(p.shape), 0);
  return { parameters, forward, backward: 2 * forward };
}
