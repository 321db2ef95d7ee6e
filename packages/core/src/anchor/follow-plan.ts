import type { AnchorPolicy, Decision } from '../contracts/anchor-policy.ts';
import type { Manifest } from '../contracts/route.ts';

/**
 * The half of a policy that follows from a plan made of the route alone: `next` is the first move that was not
 * taught yet, then the end. One entry of `view.taught` is one move.
 */
export function followPlan(
  plan: (route: Manifest) => readonly Decision[],
): Required<Pick<AnchorPolicy, 'plan' | 'next'>> {
  return {
    plan,
    next: async ({ route, taught }) => {
      const moves = plan(route);
      return moves[taught.length] ?? { reason: `all ${moves.length} taught`, numbers: {}, finish: true };
    },
  };
}
