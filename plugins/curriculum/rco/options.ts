import { pluginRef } from '@cairn/core';
import { z } from 'zod';

const keepOrReset = z.enum(['keep', 'reset']);

export const rcoOptions = z
  .strictObject({
    loss: pluginRef('loss'),
    anchorPolicy: pluginRef('anchor-policy'),
    /** `multi`: a full schedule per anchor. `one`: all anchors within one schedule. @default multi */
    stages: z.enum(['multi', 'one']).default('multi'),
    /** Epochs of a stage (multi) or of the whole (one). @default the training's own */
    stageEpochs: z.number().positive().optional(),
    /** Multi: what goes over a switch. @default weights and batch-norm statistics, not the optimiser */
    carry: z
      .strictObject({ optimizer: keepOrReset.default('reset'), buffers: keepOrReset.default('keep') })
      .prefault({}),
    /** Multi: factor on the learning rate of every stage after the first. @default 1 */
    restartRate: z.number().positive().max(1).default(1),
    /** One: parts of the budget per anchor, summing to 1. @default equal */
    shares: z.array(z.number().nonnegative()).min(1).optional(),
    /** One: part of the budget kept for the converged teacher. @default equal; 0.3 for adaptive policies */
    lastShare: z.number().min(0).max(1).optional(),
    /** One: epochs between two questions to an adaptive policy. @default an eighth of the budget */
    checkEvery: z.number().positive().optional(),
  })
  .refine(({ shares }) => shares === undefined || Math.abs(shares.reduce((a, b) => a + b, 0) - 1) < 1e-6, {
    path: ['shares'],
    error: 'shares that sum to 1',
  });

export type RcoOptions = z.output<typeof rcoOptions>;
