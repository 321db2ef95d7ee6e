import { anchorsOfMoves, type AnchorId, type Decision, type Move } from '@cairn/core';

/** All anchors of the moves at once, as often as there are moves, so that restarts and lengths match. */
export function ensembleMoves(moves: readonly Move[]): readonly Decision[] {
  const [first, ...others] = anchorsOfMoves(moves);
  if (first === undefined) return [];
  const together: readonly [AnchorId, ...AnchorId[]] = [first, ...others];
  return moves.map((_, i) => ({
    reason: `${i + 1} of ${moves.length}: mean logits of ${together.length} anchors`,
    numbers: { anchors: together.length },
    move: together,
  }));
}
