import {
  isMove,
  PluginError,
  type AnchorId,
  type AnchorPolicy,
  type Decision,
  type Guide,
  type Manifest,
  type Move,
  type Outline,
  type StageRecord,
} from '@cairn/core';

/** Who teaches a stage, and how. */
export interface Taught {
  readonly anchors: readonly AnchorId[];
  readonly altered: Pick<Guide, 'soften' | 'route'>;
}

/**
 * The anchors of the next stage: those that a policy moves to, those of the stage before where it does not move.
 * @throws CAIRN_PLUGIN_DECISION where it has not moved yet, so that a student would learn from nothing
 */
export function taughtAfter(decision: Decision, stages: readonly StageRecord[]): Taught {
  const before = stages.at(-1);
  if (isMove(decision)) return { anchors: decision.move, altered: alterationOf(decision) };
  if (before !== undefined) return { anchors: before.anchors, altered: alterationOf(before) };
  throw noMove(`got ${'stay' in decision ? 'stay' : 'finish'} before the first move (${decision.reason})`);
}

function alterationOf({ soften, route }: Pick<Guide, 'soften' | 'route'>): Taught['altered'] {
  return { ...(soften === undefined ? {} : { soften }), ...(route === undefined ? {} : { route }) };
}

/**
 * What a policy will do on a route; undefined where it looks at the student.
 * @throws CAIRN_PLUGIN_DECISION for an empty plan
 */
export function plannedMoves(policy: AnchorPolicy, route: Manifest): readonly Move[] | undefined {
  const moves = policy.plan?.(route).filter(isMove);
  if (moves?.length === 0) throw noMove('got an empty plan');
  return moves;
}

/** The part of an outline that is known where the moves are. */
export function outlined(moves: readonly (readonly AnchorId[])[]): Pick<Outline, 'anchors' | 'teachers'> {
  const teachers = moves.map((anchors) => anchors.length);
  return { anchors: moves.flat(), ...(teachers.every((n) => n === 1) ? {} : { teachers }) };
}

function noMove(what: string): PluginError {
  return new PluginError('CAIRN_PLUGIN_DECISION', `anchor policy: ${what}`, {
    fix: 'a policy begins with a move: without one the student has no teacher',
  });
}
