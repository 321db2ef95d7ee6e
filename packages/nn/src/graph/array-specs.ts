import type { ArraySpec, NetworkGraph } from '@cairn/core';
import type { Layout } from '../operations/operation.ts';
import { resolveGraph, type ResolvedNode } from './resolve.ts';

/** A parameter or buffer with what its operation knows of it. */
export interface ArrayPlan extends ArraySpec {
  readonly trained: boolean;
  readonly dtype: 'float32' | 'int32';
  readonly layout?: Layout;
}

/** Every parameter, then every buffer, in the graph's order. */
export function planArrays(
  graph: NetworkGraph,
  nodes: readonly ResolvedNode[] = resolveGraph(graph),
): readonly ArrayPlan[] {
  const roles = new Map(
    nodes.flatMap(({ node, roles }) =>
      Object.entries(roles).map(([role, array]) => [node.arrays[role], array]),
    ),
  );
  const plan = (spec: ArraySpec, trained: boolean): ArrayPlan => {
    const { dtype = 'float32', layout } = roles.get(spec.name) ?? {};
    return { ...spec, trained, dtype, ...(layout === undefined ? {} : { layout }) };
  };
  return [...graph.parameters.map((p) => plan(p, true)), ...graph.buffers.map((b) => plan(b, false))];
}
