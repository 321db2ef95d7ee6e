import { definePlugin, followPlan, plainlyPlannedBy, pluginRef, Plugins } from '@cairn/core';
import { z } from 'zod';
import { convergedMoves, matched } from './entropy-matched.ts';

export { convergedMoves, matched } from './entropy-matched.ts';
export { temperatureFor, type MatchedTemperature } from './temperature.ts';

/** A control: the converged teacher throughout, softened to the entropy of the anchors. */
export const entropyMatched = definePlugin({
  kind: 'anchor-policy',
  id: 'entropy-matched',
  summary: 'the converged teacher, as soft as the anchors of another policy',
  paper: 'ours: a control for RCO, arXiv 1904.09149',
  options: z.strictObject({ of: pluginRef('anchor-policy') }),
  inject: [Plugins],
  create: ({ of }, plugins) => {
    const policy = plugins.create(of);
    const moves = plainlyPlannedBy(policy, 'entropy-matched');
    return {
      ...followPlan((route) => convergedMoves(moves(route), route), matched),
      atMost: (candidates) => policy.atMost(candidates),
    };
  },
});
