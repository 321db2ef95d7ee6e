import { candidatesOf, definePlugin, followPlan, type Decision } from '@cairn/core';
import { z } from 'zod';

/**
 * A policy for tests of plugins that hold one: candidates by their places, from 1, and the last one of the route;
 * those that a shorter route lacks are left out.
 */
export const placedAnchors = definePlugin({
  kind: 'anchor-policy',
  id: 'placed-anchors',
  summary: 'for tests',
  options: z.strictObject({ places: z.array(z.int().min(1)).default([1, 2, 4]) }),
  create: ({ places }) => ({
    ...followPlan((route) => {
      const candidates = candidatesOf(route);
      const before = places.filter((place) => place < candidates.length);
      return [...before, candidates.length].map((place): Decision => {
        const { id, epoch } = candidates[place - 1] ?? candidates[0];
        return { reason: `place ${place}`, numbers: { epoch }, move: [id] };
      });
    }),
    atMost: (candidates) => places.filter((place) => place < candidates).length + 1,
  }),
});

/** A policy that looks at the student: a candidate further each time. */
export const steppingAnchors = definePlugin({
  kind: 'anchor-policy',
  id: 'stepping-anchors',
  summary: 'for tests',
  options: z.strictObject({}),
  create: () => ({
    atMost: (candidates) => candidates,
    next: async ({ route, taught }) => {
      const candidate = candidatesOf(route)[taught.length];
      if (candidate === undefined) return { reason: 'the end', numbers: {}, finish: true };
      return { reason: `place ${taught.length + 1}`, numbers: {}, move: [candidate.id] };
    },
  }),
});
