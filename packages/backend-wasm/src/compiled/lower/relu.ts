import type { Activation } from '../low-node.ts';
import type { Lowering } from './lowering.ts';
import { addPointwise } from './pointwise-pieces.ts';

/** A rectifier that no other node has taken in. */
function rectifier(activation: Activation): Lowering {
  return {
    forward(site) {
      addPointwise(site, { node: site.node.id, a: site.input(0), y: site.output, activation });
    },
    backward(site) {
      if (!site.wanted(0)) return;
      const [a, b] = site.gradients.length > 2 ? [site.gradient()] : site.gradients;
      if (a === undefined) return;
      const y = site.gradientOf(0);
      addPointwise(site, { node: site.node.id, a, b, y, mask: { value: site.output, activation } });
      site.give(0, y);
    },
  };
}

export const relu = rectifier('relu');
export const relu6 = rectifier('relu6');
