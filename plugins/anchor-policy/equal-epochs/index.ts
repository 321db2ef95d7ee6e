import { definePlugin, followPlan } from '@cairn/core';
import { z } from 'zod';
import { equalEpochAnchors } from './equal-epochs.ts';

export { equalEpochAnchors };

/** RCO's equal epoch interval (EEI): anchors at equal distances along the route, the converged teacher last. */
export const equalEpochs = definePlugin({
  kind: 'anchor-policy',
  id: 'equal-epochs',
  summary: 'anchors at equal distances, the converged teacher last',
  paper: 'RCO, arXiv 1904.09149, equal epoch interval',
  options: z.strictObject({
    /** Anchors in all, the converged teacher included. @default 4 */
    anchors: z.number().int().min(1).default(4),
  }),
  create: ({ anchors }) => ({
    ...followPlan((route) => equalEpochAnchors(route, anchors)),
    atMost: (candidates) => Math.min(anchors, candidates),
  }),
});
