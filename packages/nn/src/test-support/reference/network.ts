/** A graph in float64 plain TypeScript: slow, simple, and the truth that executors are measured against. */
import type { GraphNode, NetworkGraph } from '@cairn/core';
import { referenceOf } from './operations.ts';
import { increase, type Arrays64, type Call64, type Value64 } from './value.ts';

export interface Trained64 {
  /** By node id, the inputs among them. */
  readonly values: ReadonlyMap<string, Value64>;
  /** New values of the buffers, by name. */
  readonly buffers: Arrays64;
}

type Inputs64 = Readonly<Record<string, Value64>>;

/**
 * Training mode. Nodes that lead to no output or tap are left out, so their buffers stay.
 * @param arrays parameters and buffers by name, in PyTorch's layouts
 */
export function train64(graph: NetworkGraph, inputs: Inputs64, arrays: Arrays64): Trained64 {
  const values = new Map(Object.entries(inputs));
  const moved: Record<string, Float64Array> = {};
  for (const node of neededNodes(graph)) {
    const { value, buffers = {} } = referenceOf(node.op).train(callOf(node, values, arrays));
    values.set(node.id, value);
    for (const [role, buffer] of Object.entries(buffers)) moved[node.arrays[role] ?? ''] = buffer;
  }
  return { values, buffers: moved };
}

/** Inference mode: every value by node id. */
export function infer64(
  graph: NetworkGraph,
  inputs: Inputs64,
  arrays: Arrays64,
): ReadonlyMap<string, Value64> {
  const values = new Map(Object.entries(inputs));
  for (const node of neededNodes(graph))
    values.set(node.id, referenceOf(node.op).infer(callOf(node, values, arrays)));
  return values;
}

/**
 * Gradients by name of the parameters that one reached.
 * @param values of `train64`
 * @param seeds gradients of values by node id
 */
export function backward64(
  graph: NetworkGraph,
  { values }: Pick<Trained64, 'values'>,
  arrays: Arrays64,
  seeds: Arrays64,
): Arrays64 {
  const flowing = new Map<string, Float64Array>(Object.entries(seeds));
  const result: Record<string, Float64Array> = {};
  for (const node of [...graph.nodes].reverse()) {
    const dy = flowing.get(node.id);
    if (dy === undefined) continue;
    const gradients = referenceOf(node.op).backward(callOf(node, values, arrays), dy);
    gradients.inputs.forEach((g, i) => {
      const id = node.inputs[i] ?? '';
      const old = flowing.get(id);
      flowing.set(id, old === undefined ? g : sum(old, g));
    });
    for (const [role, g] of Object.entries(gradients.arrays)) {
      const name = node.arrays[role] ?? '';
      result[name] = sum(result[name] ?? new Float64Array(g.length), g);
    }
  }
  return result;
}

function neededNodes({ nodes, outputs, taps }: NetworkGraph): readonly GraphNode[] {
  const used = new Set([...Object.values(outputs), ...Object.values(taps)]);
  for (const { id, inputs } of [...nodes].reverse())
    if (used.has(id)) for (const input of inputs) used.add(input);
  return nodes.filter(({ id }) => used.has(id));
}

function callOf(node: GraphNode, values: ReadonlyMap<string, Value64>, arrays: Arrays64): Call64 {
  const inputs = node.inputs.map((id) => {
    const value = values.get(id);
    if (value === undefined) throw new RangeError(`no value "${id}"`);
    return value;
  });
  const byRole = Object.entries(node.arrays).map(([role, name]) => [role, arrays[name]]);
  return { inputs, arrays: Object.fromEntries(byRole) as Arrays64, attributes: node.attributes };
}

function sum(a: Float64Array, b: Float64Array): Float64Array {
  const total = a.slice();
  b.forEach((v, i) => increase(total, i, v));
  return total;
}
