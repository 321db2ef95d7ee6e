import type { AnchorView } from '../contracts/anchor-policy.ts';
import type { CurriculumView } from '../contracts/curriculum.ts';
import { RunError } from '../errors.ts';

/**
 * What a curriculum that learns from a route sees of it.
 * @param owner id of the curriculum, for the message
 * @throws CAIRN_ROUTE_ABSENT in a run without a route: a teacher's
 */
export function requiredAnchors({ anchors }: Pick<CurriculumView, 'anchors'>, owner: string): AnchorView {
  if (anchors !== undefined) return anchors;
  throw new RunError('CAIRN_ROUTE_ABSENT', `curriculum "${owner}" in a run without a route`, {
    fix: 'a teacher learns from labels: curriculum "supervised"',
  });
}
