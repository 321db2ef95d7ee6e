import { definePlugin, followPlan } from '@cairn/core';
import { z } from 'zod';
import { listedAnchors } from './listed.ts';

export { listedAnchors };

/** Teaches by hand-picked states, in the order given. */
export const listed = definePlugin({
  kind: 'anchor-policy',
  id: 'listed',
  summary: 'hand-picked anchors, in the order given',
  paper: 'RCO, arXiv 1904.09149, algorithm 1',
  options: z.strictObject({
    /** Epochs of the teacher; each must be an anchor of the route. May repeat and go back. */
    epochs: z.array(z.number().nonnegative()).min(1).describe('a list of epochs, at least one'),
  }),
  create: ({ epochs }) => ({
    ...followPlan((route) => listedAnchors(route, epochs)),
    atMost: () => epochs.length,
  }),
});
