import {
  candidatesOf,
  RunError,
  studentStage,
  type AnchorPolicy,
  type AnchorView,
  type Curriculum,
  type CurriculumView,
  type OutlineView,
  type Stage,
} from '@cairn/core';
import { anchorsAfter, plannedMoves } from './decision.ts';
import type { RcoOptions } from './options.ts';

/** Algorithm 1: a stage per anchor, each with the full schedule, starting from the weights of the one before. */
export class MultiStageCurriculum implements Curriculum {
  readonly usesRoute = true;
  readonly after: readonly string[] = [];
  readonly #options: RcoOptions;
  readonly #policy: AnchorPolicy;

  constructor(options: RcoOptions, policy: AnchorPolicy) {
    this.#options = options;
    this.#policy = policy;
  }

  outline({ training, route }: OutlineView): ReturnType<Curriculum['outline']> {
    const each = this.#options.stageEpochs ?? training.epochs;
    const moves = route === undefined ? undefined : plannedMoves(this.#policy, route);
    const most = this.#policy.atMost(route === undefined ? 1 : candidatesOf(route).length);
    const epochs = Array.from({ length: moves?.length ?? most }, () => each);
    if (moves === undefined) return { epochs, exact: false };
    return { epochs, exact: true, anchors: moves.flatMap(({ move }) => move) };
  }

  async next({ training, stages, anchors }: CurriculumView): Promise<Stage | 'done'> {
    const decision = await this.#policy.next(requireAnchors(anchors));
    const taught = anchorsAfter(decision, stages);
    if ('finish' in decision) return 'done';
    const { loss, carry, restartRate, stageEpochs = training.epochs } = this.#options;
    return studentStage({
      name: `stage-${stages.length + 1}`,
      epochs: stageEpochs,
      training,
      loss,
      anchors: taught,
      decision,
      rate: stages.length === 0 ? 1 : restartRate,
      carry,
    });
  }
}

/** @throws CAIRN_ROUTE_ABSENT in a run without a route: a teacher's */
export function requireAnchors(anchors: AnchorView | undefined): AnchorView {
  if (anchors !== undefined) return anchors;
  throw new RunError('CAIRN_ROUTE_ABSENT', 'curriculum "rco" in a run without a route', {
    fix: 'a teacher learns from labels: curriculum "supervised"',
  });
}
