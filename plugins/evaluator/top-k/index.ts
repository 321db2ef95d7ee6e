import { definePlugin } from '@cairn/core';
import { z } from 'zod';
import { topKAccuracy } from './top-k.ts';

export { topKAccuracy };

/** Accuracy among the k highest classes: `top1`, `top5`, as shares from 0 to 1. */
export const topK = definePlugin({
  kind: 'evaluator',
  id: 'top-k',
  summary: 'accuracy among the k highest classes',
  options: z.strictObject({
    /** A metric `top<k>` for each. @default [1, 5] */
    k: z.array(z.number().int().min(1)).min(1).default([1, 5]),
  }),
  create: ({ k: ks }) => ({
    evaluate: (context) => ks.map((k) => [`top${k}`, topKAccuracy(context, k)] as const),
  }),
});
