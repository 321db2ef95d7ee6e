import { definePlugin } from '@cairn/core';
import { z } from 'zod';
import { brierScore } from './brier.ts';

export { brierScore };

/** Squared distance of stated probabilities from the truth: `brier`, 0 to 2. */
export const brier = definePlugin({
  kind: 'evaluator',
  id: 'brier',
  summary: 'Brier score over all classes, 0 to 2',
  paper: 'Brier, Monthly Weather Review 78 (1950)',
  options: z.strictObject({}),
  create: () => ({
    evaluate: (context) => [['brier', brierScore(context)]],
  }),
});
