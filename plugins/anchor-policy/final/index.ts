import { definePlugin, followPlan } from '@cairn/core';
import { z } from 'zod';
import { finalAnchor } from './final.ts';

export { finalAnchor };

/** Teaches by the converged teacher alone: plain distillation. */
export const final = definePlugin({
  kind: 'anchor-policy',
  id: 'final',
  summary: 'the converged teacher alone',
  paper: 'Hinton et al., arXiv 1503.02531',
  options: z.strictObject({}),
  create: () => ({ ...followPlan(finalAnchor), atMost: () => 1 }),
});
