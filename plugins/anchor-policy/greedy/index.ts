import { definePlugin } from '@cairn/core';
import { z } from 'zod';
import { nextAnchor } from './next-anchor.ts';

export * from './greedy.ts';
export { nextAnchor, type GreedyOptions } from './next-anchor.ts';

/** Greedy search (GS): the furthest anchor that the student can learn from next, at a pace that ends on time. */
export const greedy = definePlugin({
  kind: 'anchor-policy',
  id: 'greedy',
  summary: 'the furthest anchor within reach, at a pace that ends on time',
  paper: 'after RCO, arXiv 1904.09149, greedy search; the definition is ours',
  options: z
    .strictObject({
      /** How reach is measured against delta. @default growth */
      rule: z.enum(['growth', 'ratio']).default('growth'),
      /** @default 0.8 */
      delta: z.number().positive().default(0.8),
      /** Anchors in all, the converged teacher included. @default 4 */
      anchors: z.union([z.number().int().min(1), z.literal('unlimited')]).default(4),
      /** The first anchor: by pace from an untrained student, or a candidate's epoch. @default pace */
      first: z.union([z.literal('pace'), z.number().positive()]).default('pace'),
      /** Bootstrap replicates. @default 1000 */
      bootstrap: z.number().int().min(100).default(1000),
    })
    .refine(({ rule, delta }) => rule === 'growth' || delta <= 1, {
      error: 'delta is at most 1 with rule ratio: a share of the new hardness',
    }),
  create: (options) => ({
    atMost: (candidates) =>
      options.anchors === 'unlimited' ? candidates : Math.min(options.anchors, candidates),
    next: (view) => nextAnchor(view, options),
  }),
});
