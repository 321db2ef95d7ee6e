import {
  studentStage,
  type AnchorPolicy,
  type Curriculum,
  type CurriculumView,
  type OutlineView,
  type Stage,
} from '@cairn/core';
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
    const plan = route === undefined ? undefined : this.#policy.plan?.(route);
    const count = plan?.length ?? this.#policy.atMost(route?.anchors.length ?? 1);
    const epochs = Array.from({ length: count }, () => each);
    if (plan === undefined) return { epochs, exact: false };
    return { epochs, exact: true, anchors: plan.flatMap((d) => ('move' in d ? d.move : [])) };
  }

  async next({ training, stages, anchors }: CurriculumView): Promise<Stage | 'done'> {
    if (anchors === undefined) return 'done';
    const decision = await this.#policy.next(anchors);
    if ('finish' in decision) return 'done';
    const { loss, carry, restartRate, stageEpochs = training.epochs } = this.#options;
    return studentStage({
      name: `stage-${stages.length + 1}`,
      epochs: stageEpochs,
      training,
      loss,
      anchors: 'move' in decision ? decision.move : (stages.at(-1)?.anchors ?? []),
      decision,
      rate: stages.length === 0 ? 1 : restartRate,
      carry,
    });
  }
}
