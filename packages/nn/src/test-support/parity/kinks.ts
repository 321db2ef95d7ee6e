import type { NetworkGraph } from '@cairn/core';
import { at, type Value64 } from '../reference/value.ts';
import { windowsOf } from '../reference/pools.ts';

/**
 * How near a forward pass comes to a place without a derivative: a ReLU's argument to 0 (or 6), the two largest
 * numbers of a pooling window to each other. Nearer than its rounding, an executor may rightly take the other side.
 * Exact zeros and exact ties do not count: everybody sees them.
 */
export function kinkMargin(graph: NetworkGraph, values: ReadonlyMap<string, Value64>): number {
  let margin = Infinity;
  const near = (distance: number) => {
    if (distance > 0) margin = Math.min(margin, distance);
  };
  for (const { op, inputs, attributes } of graph.nodes) {
    const x = values.get(inputs[0] ?? '');
    if (x === undefined) continue;
    if (op === 'relu' || op === 'relu6') for (const v of x.data) near(Math.abs(v));
    if (op === 'relu6') for (const v of x.data) near(Math.abs(v - 6));
    if (op === 'maxPool')
      windowsOf({ inputs: [x], arrays: {}, attributes }, (_, seen) => {
        const [first = 0, second = -Infinity] = seen.map((i) => at(x.data, i)).sort((a, b) => b - a);
        near(first - second);
      });
  }
  return margin;
}
