import { convergedOf, type Decision, type Manifest, type Move } from '@cairn/core';

/** The move by the states of the other teacher at the same steps; the converged teacher stays the own one. */
export function foreignMove(move: Move, route: Manifest): Move {
  const converged = convergedOf(route).id;
  if (move.move.every((id) => id === converged)) return move;
  return { ...move, reason: `${move.reason}; another teacher's`, route: 'foreign' };
}

/** The same for any decision. */
export function foreignDecision(decision: Decision, route: Manifest): Decision {
  return 'move' in decision ? foreignMove(decision, route) : decision;
}
