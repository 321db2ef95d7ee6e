import { definePlugin, likeCondition, pluginRef } from '@cairn/core';
import { z } from 'zod';
import { ConvergedCurriculum } from './converged.ts';

/** Distillation from the converged teacher. */
export const converged = definePlugin({
  kind: 'curriculum',
  id: 'converged',
  summary: 'the converged teacher throughout: plain KD and its controls at equal cost',
  paper: 'Hinton et al., arXiv 1503.02531, section 2; the controls are ours',
  options: z
    .strictObject({
      loss: pluginRef('loss'),
      /** Epochs of a stage, or `{ as }`: in all as many as that condition's run. @default the training's own */
      epochs: z.union([z.number().positive(), likeCondition]).optional(),
      /** Number of stages with fresh optimiser and schedule, or `{ as }`: the stages of that run. @default 1 */
      restarts: z.union([z.int().min(1), likeCondition]).default(1),
    })
    .refine(({ epochs, restarts }) => typeof restarts === 'number' || epochs === undefined, {
      path: ['epochs'],
      error: 'no epochs beside restarts: { as }, which copies the length of every stage',
    }),
  create: (options) => new ConvergedCurriculum(options),
});

export { ConvergedCurriculum, type ConvergedOptions } from './converged.ts';
