import { definePlugin, followPlan, plannedBy, pluginRef, Plugins, settledBy } from '@cairn/core';
import { z } from 'zod';
import { reversedMoves } from './reversed.ts';

export { reversedMoves };

/** A control: the same anchors from hard to easy, the last one kept. */
export const reversed = definePlugin({
  kind: 'anchor-policy',
  id: 'reversed',
  summary: 'the anchors of another policy backwards',
  paper: 'ours: a control for RCO, arXiv 1904.09149',
  options: z.strictObject({
    of: pluginRef('anchor-policy'),
    /** @default true */
    keepLast: z.boolean().default(true),
  }),
  inject: [Plugins],
  create: ({ of, keepLast }, plugins) => {
    const policy = plugins.create(of);
    const moves = plannedBy(policy, 'reversed');
    return {
      ...followPlan((route) => reversedMoves(moves(route), keepLast), settledBy(policy)),
      atMost: (candidates) => policy.atMost(candidates),
      foreign: policy.foreign === true,
    };
  },
});
