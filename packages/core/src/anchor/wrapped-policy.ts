/** For policies that hold another one and change what it does. */
import type { AnchorPolicy, Decision, Move } from '../contracts/anchor-policy.ts';
import type { AnchorId, Manifest } from '../contracts/route.ts';
import { UsageError } from '../errors.ts';
import { isMove } from './follow-plan.ts';

/**
 * The moves of a policy as a function of the route.
 * @param outer id of the policy that holds it, for the message
 * @throws CAIRN_OPTION_INVALID for a policy that looks at the student: its later moves are not known beforehand
 */
export function plannedBy(policy: AnchorPolicy, outer: string): (route: Manifest) => readonly Move[] {
  if (policy.plan === undefined) {
    const message = `${outer}.of: a policy that looks at the student, so its anchors are not known beforehand`;
    const fix = 'one that plans from the route alone, such as equal-epochs or listed';
    throw new UsageError('CAIRN_OPTION_INVALID', message, { fix });
  }
  return (route) => (policy.plan?.(route) ?? []).filter(isMove);
}

/**
 * As `plannedBy`, for a policy that needs the plain anchors of the run's own route.
 * @throws CAIRN_OPTION_INVALID besides for one that softens its anchors or names another route
 */
export function plainlyPlannedBy(policy: AnchorPolicy, outer: string): (route: Manifest) => readonly Move[] {
  if (policy.settle !== undefined || policy.foreign === true) {
    const message = `${outer}.of: a policy that alters its anchors`;
    const fix = 'one that moves to plain anchors of the route, such as equal-epochs or listed';
    throw new UsageError('CAIRN_OPTION_INVALID', message, { fix });
  }
  return plannedBy(policy, outer);
}

/** How the held policy completes its moves; undefined where it need not. */
export function settledBy(policy: AnchorPolicy): AnchorPolicy['settle'] {
  if (policy.settle === undefined) return undefined;
  return async (move, view) => (await policy.settle?.(move, view)) ?? move;
}

/** The same anchors in another order; what a move says of itself goes with it. */
export function reordered(
  moves: readonly Move[],
  order: readonly number[],
  why: string,
): readonly Decision[] {
  return order.flatMap((from, to) => {
    const move = moves[from];
    if (move === undefined) return [];
    if (from === to) return [move];
    return [
      { ...move, reason: `${why}: ${to + 1} was ${from + 1}`, numbers: { ...move.numbers, place: from + 1 } },
    ];
  });
}

/** Every anchor of the moves once, in the order of the route. */
export function anchorsOfMoves(moves: readonly Move[]): readonly AnchorId[] {
  return [...new Set(moves.flatMap(({ move }) => move))].sort((a, b) => a - b);
}
