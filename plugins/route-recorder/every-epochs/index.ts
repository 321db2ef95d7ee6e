import { definePlugin } from '@cairn/core';
import { z } from 'zod';
import { isEveryEpochs } from './every-epochs.ts';

export { isEveryEpochs };

/** Keeps a state every so many epochs, and the converged one. */
export const everyEpochs = definePlugin({
  kind: 'route-recorder',
  id: 'every-epochs',
  summary: 'a state every so many epochs',
  paper: 'RCO (arXiv 1904.09149); the grid is ours',
  options: z.strictObject({
    /** Epochs between two anchors; fractions allowed. @default 1 */
    every: z.number().positive().default(1),
    /** Also keeps the untrained teacher, step 0. @default false */
    initial: z.boolean().default(false),
  }),
  create: ({ every, initial }) => ({
    keep: (event) =>
      event.step === 0 ? initial : event.step === event.totalSteps || isEveryEpochs(event, every),
  }),
});
