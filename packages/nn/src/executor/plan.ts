/** What an executor does with a graph: its steps in order, and when a value is last needed. */
import { suggestion, UsageError, type CompileUse, type NetworkGraph } from '@cairn/core';
import { planArrays, type ArrayPlan } from '../graph/array-specs.ts';
import { fuseBatchNormRelu } from '../graph/fuse.ts';
import { resolveGraph, type ResolvedNode } from '../graph/resolve.ts';

export interface Step extends ResolvedNode {
  /** Array names by role. */
  readonly arrays: readonly (readonly [role: string, name: string])[];
  /** Which inputs depend on a parameter. */
  readonly wanted: readonly boolean[];
  /** Values that no later step reads and nobody asked for. */
  readonly release: readonly string[];
}

export interface Plan {
  readonly steps: readonly Step[];
  readonly arrays: readonly ArrayPlan[];
  /** Node id by name of output or tap in use. */
  readonly results: ReadonlyMap<string, string>;
}

/** @throws CAIRN_LOSS_TAP for a tap that the graph lacks; CAIRN_PLUGIN_GRAPH_… */
export function planGraph(graph: NetworkGraph, { taps }: CompileUse): Plan {
  const results = new Map(Object.entries(graph.outputs));
  for (const name of taps) {
    const id = graph.taps[name];
    if (id === undefined)
      throw new UsageError('CAIRN_LOSS_TAP', `tap "${name}": the network has none of this name`, {
        fix: suggestion(name, Object.keys(graph.taps)),
      });
    results.set(name, id);
  }
  const wanted = new Set(results.values());
  const resolved = resolveGraph(graph);
  const nodes = fuseBatchNormRelu(needed(resolved, wanted), wanted);
  return { steps: schedule(nodes, wanted), arrays: planArrays(graph, resolved), results };
}

/** Only what leads to a result. */
function needed(nodes: readonly ResolvedNode[], wanted: ReadonlySet<string>): readonly ResolvedNode[] {
  const used = new Set(wanted);
  const reversed = [...nodes].reverse().filter(({ node }) => {
    if (!used.has(node.id)) return false;
    for (const input of node.inputs) used.add(input);
    return true;
  });
  return reversed.reverse();
}

function schedule(nodes: readonly ResolvedNode[], wanted: ReadonlySet<string>): readonly Step[] {
  const lastUse = new Map<string, number>();
  nodes.forEach(({ node }, i) => {
    for (const id of [...node.inputs, node.id]) lastUse.set(id, i);
  });
  const trainable = new Set<string>();
  return nodes.map((resolved, i): Step => {
    const { node, roles } = resolved;
    const wants = node.inputs.map((input) => trainable.has(input));
    if (wants.includes(true) || Object.values(roles).some((r) => r.trained)) trainable.add(node.id);
    const touched = [...new Set([...node.inputs, node.id])];
    return {
      ...resolved,
      arrays: Object.entries(node.arrays).filter(([role]) => roles[role] !== undefined),
      wanted: wants,
      release: touched.filter((id) => lastUse.get(id) === i && !wanted.has(id)),
    };
  });
}
