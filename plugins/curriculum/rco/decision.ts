import {
  PluginError,
  type AnchorId,
  type AnchorPolicy,
  type Decision,
  type Manifest,
  type StageRecord,
} from '@cairn/core';

export type Move = Extract<Decision, { readonly move: unknown }>;

/**
 * The anchors of the next stage: those that a policy moves to, those of the stage before where it does not move.
 * @throws CAIRN_PLUGIN_DECISION where it has not moved yet, so that a student would learn from nothing
 */
export function anchorsAfter(decision: Decision, stages: readonly StageRecord[]): readonly AnchorId[] {
  if ('move' in decision) return decision.move;
  const before = stages.at(-1)?.anchors;
  if (before !== undefined) return before;
  throw noMove(`got ${'stay' in decision ? 'stay' : 'finish'} before the first move (${decision.reason})`);
}

/**
 * What a policy will do on a route; undefined where it looks at the student.
 * @throws CAIRN_PLUGIN_DECISION for an empty plan
 */
export function plannedMoves(policy: AnchorPolicy, route: Manifest): readonly Move[] | undefined {
  const moves = policy.plan?.(route).filter((decision) => 'move' in decision);
  if (moves?.length === 0) throw noMove('got an empty plan');
  return moves;
}

function noMove(what: string): PluginError {
  return new PluginError('CAIRN_PLUGIN_DECISION', `anchor policy: ${what}`, {
    fix: 'a policy begins with a move: without one the student has no teacher',
  });
}
