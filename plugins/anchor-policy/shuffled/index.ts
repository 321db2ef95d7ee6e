import { definePlugin, followPlan, plannedBy, pluginRef, Plugins, settledBy } from '@cairn/core';
import { z } from 'zod';
import { shuffledMoves } from './shuffled.ts';

export { shuffledMoves };

/** A control: the same anchors in another order, the last one kept. */
export const shuffled = definePlugin({
  kind: 'anchor-policy',
  id: 'shuffled',
  summary: 'the anchors of another policy in another order',
  paper: 'ours: a control for RCO, arXiv 1904.09149',
  options: z.strictObject({
    of: pluginRef('anchor-policy'),
    /** Of the order, apart from the student's. @default 0 */
    seed: z.int().min(0).default(0),
    /** @default true */
    keepLast: z.boolean().default(true),
  }),
  inject: [Plugins],
  create: ({ of, seed, keepLast }, plugins) => {
    const policy = plugins.create(of);
    const moves = plannedBy(policy, 'shuffled');
    return {
      ...followPlan((route) => shuffledMoves(moves(route), seed, keepLast), settledBy(policy)),
      atMost: (candidates) => policy.atMost(candidates),
      foreign: policy.foreign === true,
    };
  },
});
