import { definePlugin } from '@cairn/core';
import { z } from 'zod';
import { isEpochEnd } from './all.ts';

export { isEpochEnd };

/** Keeps everything, from the initial state on: every epoch, or every step. */
export const all = definePlugin({
  kind: 'route-recorder',
  id: 'all',
  summary: 'every epoch or every step, the initial state included',
  paper: 'ours',
  options: z.strictObject({
    /** `step` is for small studies of a few steps: a file each. @default epoch */
    each: z.enum(['epoch', 'step']).default('epoch'),
  }),
  create: ({ each }) => ({
    keep: (event) => each === 'step' || event.step === event.totalSteps || isEpochEnd(event),
  }),
});
