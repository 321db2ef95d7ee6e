import type { AnchorPolicy, Decision, Move } from '../contracts/anchor-policy.ts';
import type { Manifest } from '../contracts/route.ts';

/**
 * The half of a policy that follows from a plan made of the route alone: `next` is the first move that was not
 * taught yet, then the end. One entry of `view.taught` is one move.
 * @param settle completes a planned move when its turn comes
 */
export function followPlan(
  plan: (route: Manifest) => readonly Decision[],
  settle?: AnchorPolicy['settle'],
): Required<Pick<AnchorPolicy, 'plan' | 'next'>> & Pick<AnchorPolicy, 'settle'> {
  return {
    plan,
    ...(settle === undefined ? {} : { settle }),
    next: async (view) => {
      const moves = plan(view.route);
      const move = moves[view.taught.length];
      if (move === undefined) return { reason: `all ${moves.length} taught`, numbers: {}, finish: true };
      return settle !== undefined && isMove(move) ? settle(move, view) : move;
    },
  };
}

export function isMove(decision: Decision): decision is Move {
  return 'move' in decision;
}
