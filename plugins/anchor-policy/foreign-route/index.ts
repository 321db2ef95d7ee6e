import { definePlugin, isMove, pluginRef, Plugins, settledBy, type AnchorPolicy } from '@cairn/core';
import { z } from 'zod';
import { foreignDecision, foreignMove } from './foreign-route.ts';

export { foreignDecision, foreignMove };

/** A control: the anchors of another teacher, the own converged one last. */
export const foreignRoute = definePlugin({
  kind: 'anchor-policy',
  id: 'foreign-route',
  summary: "the anchors of another policy, from another teacher's route",
  paper: 'ours: a control for RCO, arXiv 1904.09149',
  options: z.strictObject({ of: pluginRef('anchor-policy') }),
  inject: [Plugins],
  create: ({ of }, plugins): AnchorPolicy => {
    const policy = plugins.create(of);
    const settle = settledBy(policy);
    const plan: AnchorPolicy['plan'] = (route) =>
      (policy.plan?.(route) ?? []).filter(isMove).map((move) => foreignMove(move, route));
    return {
      foreign: true,
      atMost: (candidates) => policy.atMost(candidates),
      next: async (view) => foreignDecision(await policy.next(view), view.route),
      ...(policy.plan && { plan }),
      ...(settle && { settle: async (move, view) => foreignMove(await settle(move, view), view.route) }),
    };
  },
});
