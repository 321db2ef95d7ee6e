import { convergedOf, type Decision, type Manifest } from '@cairn/core';

/** One move: the converged teacher. */
export function finalAnchor(route: Manifest): readonly Decision[] {
  const { id, epoch } = convergedOf(route);
  return [{ reason: 'the converged teacher', numbers: { epoch }, move: [id] }];
}
