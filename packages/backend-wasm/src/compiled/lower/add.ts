import { noBorder } from '../storage.ts';
import type { Lowering } from './lowering.ts';
import { addPointwise, sumOf } from './pointwise-pieces.ts';

/** Sum of two values, with an activation behind it where it was joined with one. */
export const add: Lowering = {
  forward(site) {
    const { node, output } = site;
    const operands = { a: site.input(0), b: site.input(1), y: output };
    addPointwise(site, { node: node.id, ...operands, activation: node.activation });
  },
  backward(site) {
    const { node, gradients, output, schedule } = site;
    if (node.activation === 'none') {
      const sum = sumOf(site, node.id, gradients, noBorder);
      for (const i of [0, 1]) if (site.wanted(i)) site.give(i, sum);
      return;
    }
    const [a, b] = gradients.length > 2 ? [site.gradient()] : gradients;
    if (a === undefined) return;
    const y = schedule.storage([output.rows, output.columns, output.channels]);
    addPointwise(site, { node: node.id, a, b, y, mask: { value: output, activation: node.activation } });
    for (const i of [0, 1]) if (site.wanted(i)) site.give(i, y);
  },
};
