import { definePlugin } from '@cairn/core';
import { z } from 'zod';
import { kdLoss, kdNeeds } from './kd.ts';

export { kdLoss, kdNeeds, type KdOptions } from './kd.ts';

/** Cross-entropy with the labels and KL to a guide's softened outputs. */
export const kd = definePlugin({
  kind: 'loss',
  id: 'kd',
  summary: "cross-entropy and KL to a guide's softened outputs",
  paper: 'Hinton et al., arXiv 1503.02531, section 2',
  options: z
    .strictObject({
      /** Divides both networks' logits in the KL. @default 4 */
      temperature: z.number().positive().default(4),
      /** @default 0.1 */
      ceWeight: z.number().nonnegative().default(0.1),
      /** Of T²·KL. @default 0.9 */
      kdWeight: z.number().nonnegative().default(0.9),
    })
    .refine(({ ceWeight, kdWeight }) => ceWeight + kdWeight > 0, {
      error: 'at least one weight above 0: with none nothing is learnt',
    }),
  create: (options) => ({
    needs: kdNeeds,
    create: () => ({ compute: (input) => kdLoss(input, options) }),
  }),
});
