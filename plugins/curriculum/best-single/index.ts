import { definePlugin, likeCondition, pluginRef, Plugins } from '@cairn/core';
import { z } from 'zod';
import { BestSingleCurriculum } from './best-single.ts';

/** A control: one early anchor throughout, the one that teaches best in a short run. */
export const bestSingle = definePlugin({
  kind: 'curriculum',
  id: 'best-single',
  summary: 'the one early anchor that teaches best in a short run',
  paper: 'after CheckpointKD, Wang et al., arXiv 2210.06458; the search is ours',
  options: z.strictObject({
    loss: pluginRef('loss'),
    /** Whose anchors are tried, but for the converged teacher. */
    of: pluginRef('anchor-policy'),
    /** Epochs of the short run of each candidate. @default 2 */
    searchEpochs: z.int().min(1).default(2),
    /** Of a stage afterwards; with `{ as }` all stages together. @default the training's own */
    epochs: z.union([z.number().positive(), likeCondition]).optional(),
    /** Stages afterwards, each with fresh optimiser and schedule. @default 1 */
    restarts: z.int().min(1).default(1),
  }),
  inject: [Plugins],
  create: ({ of, ...options }, plugins) => new BestSingleCurriculum(options, plugins.create(of)),
});

export { BestSingleCurriculum, type BestSingleOptions } from './best-single.ts';
