import { pluginRef } from '@cairn/core';
import { z } from 'zod';

const keepOrReset = z.enum(['keep', 'reset']);

const fields = z.strictObject({
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
  /** Multi: at least this many stages; those that the policy leaves over belong to the converged teacher. @default 1 */
  fill: z.int().min(1).optional(),
  /** One: parts of the budget, one for each anchor that the policy plans. @default equal */
  shares: z.array(z.number().nonnegative()).min(1).optional(),
  /** One: part of the budget for the converged teacher. @default equal; 0.3 for a policy that looks at the student */
  lastShare: z.number().min(0).max(1).optional(),
  /** One: epochs between two questions to a policy that looks at the student. @default as its anchors need */
  checkEvery: z.int().min(1).optional(),
});

export type RcoOptions = z.output<typeof fields>;

export const rcoOptions = fields.superRefine((options, context) => {
  const refuse = (name: keyof RcoOptions, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message });
  const { stages, restartRate, shares, lastShare } = options;
  if (stages === 'multi') {
    for (const name of ['shares', 'lastShare', 'checkEvery'] as const) {
      if (options[name] !== undefined) refuse(name, 'only with stages "one"');
    }
    return;
  }
  if (restartRate !== 1) refuse('restartRate', 'only with stages "multi"');
  if (options.fill !== undefined) refuse('fill', 'only with stages "multi"');
  if (shares === undefined) return;
  if (Math.abs(shares.reduce((a, b) => a + b, 0) - 1) > 1e-6) refuse('shares', 'shares that sum to 1');
  if (lastShare !== undefined) refuse('lastShare', 'shares or last-share, not both');
});
