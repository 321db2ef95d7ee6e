import { definePlugin } from '@cairn/core';
import { z } from 'zod';
import { isBeforeDrop } from './lr-drops.ts';

export { isBeforeDrop };

/** Keeps the last state of each learning-rate plateau, and the converged one. */
export const lrDrops = definePlugin({
  kind: 'route-recorder',
  id: 'lr-drops',
  summary: 'the state before each drop of the learning rate',
  paper: 'ours',
  options: z.strictObject({
    /** A drop takes the rate to this share of itself or below, in one step. @default 0.5 */
    factor: z.number().positive().lt(1).default(0.5),
  }),
  create: ({ factor }) => ({
    keep: (event) => event.step === event.totalSteps || isBeforeDrop(event, factor),
  }),
});
