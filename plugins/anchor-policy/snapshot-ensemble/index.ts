import { definePlugin, followPlan, plainlyPlannedBy, pluginRef, Plugins } from '@cairn/core';
import { z } from 'zod';
import { ensembleMoves } from './snapshot-ensemble.ts';

export { ensembleMoves };

/** A control: the mean logits of all anchors throughout. */
export const snapshotEnsemble = definePlugin({
  kind: 'anchor-policy',
  id: 'snapshot-ensemble',
  summary: 'all anchors of another policy at once',
  paper: 'after CheckpointKD, Wang et al., arXiv 2210.06458; mean logits as in its code',
  options: z.strictObject({ of: pluginRef('anchor-policy') }),
  inject: [Plugins],
  create: ({ of }, plugins) => {
    const policy = plugins.create(of);
    const moves = plainlyPlannedBy(policy, 'snapshot-ensemble');
    return {
      ...followPlan((route) => ensembleMoves(moves(route))),
      atMost: (candidates) => policy.atMost(candidates),
    };
  },
});
