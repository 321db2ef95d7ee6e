import type { ResolvedNode } from './resolve.ts';

/**
 * Joins a batch normalisation and the ReLU behind it into one node under the ReLU's id, where nobody else wants the
 * value between.
 * @param wanted ids of outputs and taps in use
 */
export function fuseBatchNormRelu(
  nodes: readonly ResolvedNode[],
  wanted: ReadonlySet<string>,
): readonly ResolvedNode[] {
  const consumers = countConsumers(nodes);
  const byId = new Map(nodes.map((n) => [n.node.id, n]));
  const partners = new Map<string, ResolvedNode>();
  for (const { node } of nodes) {
    const before = byId.get(node.inputs[0] ?? '');
    if (node.op !== 'relu' || before?.node.op !== 'batchNorm') continue;
    if (consumers.get(before.node.id) === 1 && !wanted.has(before.node.id)) partners.set(node.id, before);
  }
  const joined = new Set([...partners.values()].map((n) => n.node.id));
  return nodes.flatMap((n) => {
    if (joined.has(n.node.id)) return [];
    const norm = partners.get(n.node.id);
    return norm === undefined ? [n] : [withRelu(norm, n.node.id)];
  });
}

function withRelu(norm: ResolvedNode, id: string): ResolvedNode {
  const attributes = norm.operation.attributes.parse({ ...norm.node.attributes, relu: true });
  return { ...norm, attributes, node: { ...norm.node, id } };
}

function countConsumers(nodes: readonly ResolvedNode[]): ReadonlyMap<string, number> {
  const count = new Map<string, number>();
  for (const input of nodes.flatMap((n) => n.node.inputs)) count.set(input, (count.get(input) ?? 0) + 1);
  return count;
}
