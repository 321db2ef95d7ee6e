import { definePlugin } from '@cairn/core';
import { z } from 'zod';
import { geometricSteps } from './geometric.ts';

export { geometricSteps };

/** Keeps states at geometric distances: dense where the teacher changes fast. */
export const geometric = definePlugin({
  kind: 'route-recorder',
  id: 'geometric',
  summary: 'states at geometric distances, dense early',
  paper: 'ours',
  options: z.strictObject({
    /** The most anchors, the converged teacher included. @default 24 */
    count: z.number().int().min(2).default(24),
    /** Epochs of the first anchor; fractions allowed. @default 1 */
    first: z.number().positive().default(1),
  }),
  create: ({ count, first }) => ({
    keep: ({ step, stepsPerEpoch, totalSteps }) =>
      geometricSteps(first * stepsPerEpoch, totalSteps, count).includes(step),
  }),
});
