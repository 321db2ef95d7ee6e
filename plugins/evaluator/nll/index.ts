import { definePlugin } from '@cairn/core';
import { z } from 'zod';
import { negativeLogLikelihood } from './nll.ts';

export { negativeLogLikelihood };

/** Mean negative log-likelihood of the true class: `nll`, in nats. */
export const nll = definePlugin({
  kind: 'evaluator',
  id: 'nll',
  summary: 'mean negative log-likelihood of the true class, in nats',
  options: z.strictObject({}),
  create: () => ({
    evaluate: (context) => [['nll', negativeLogLikelihood(context)]],
  }),
});
