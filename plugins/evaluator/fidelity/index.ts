import { definePlugin } from '@cairn/core';
import { z } from 'zod';
import { agreement, meanKl } from './fidelity.ts';

export { agreement, meanKl, type PairContext } from './fidelity.ts';

/** How closely a network follows the converged teacher: `kl`, `agree1`, `agree5`. Nothing where there is no teacher. */
export const fidelity = definePlugin({
  kind: 'evaluator',
  id: 'fidelity',
  summary: 'KL and agreement with the converged teacher',
  paper: 'Stanton et al., arXiv 2106.05945',
  options: z.strictObject({
    /** A metric `kl` at temperature 1, `kl-t<T>` at others. @default [1] */
    temperatures: z.array(z.number().positive()).min(1).default([1]),
  }),
  create: ({ temperatures }) => ({
    needsReference: true,
    *evaluate(context) {
      const { reference } = context;
      if (reference === undefined) return;
      const pair = { ...context, reference };
      for (const t of temperatures) yield [t === 1 ? 'kl' : `kl-t${t}`, meanKl(pair, t)];
      for (const k of [1, 5]) yield [`agree${k}`, agreement(pair, k)];
    },
  }),
});
