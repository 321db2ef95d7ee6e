import {
  candidatesOf,
  convergedOf,
  requiredAnchors,
  studentStage,
  type AnchorPolicy,
  type Curriculum,
  type CurriculumView,
  type Decision,
  type Manifest,
  type OutlineView,
  type Stage,
} from '@cairn/core';
import { outlined, plannedMoves, taughtAfter } from './decision.ts';
import type { RcoOptions } from './options.ts';

/** Algorithm 1: a stage per anchor, each with the full schedule, starting from the weights of the one before. */
export class MultiStageCurriculum implements Curriculum {
  readonly usesRoute = true;
  readonly usesForeign: boolean;
  readonly after: readonly string[] = [];
  readonly #options: RcoOptions;
  readonly #policy: AnchorPolicy;

  constructor(options: RcoOptions, policy: AnchorPolicy) {
    this.#options = options;
    this.#policy = policy;
    this.usesForeign = policy.foreign === true;
  }

  outline({ training, route }: OutlineView): ReturnType<Curriculum['outline']> {
    const { stageEpochs: each = training.epochs, fill = 1 } = this.#options;
    const moves = route === undefined ? undefined : plannedMoves(this.#policy, route);
    const most = this.#policy.atMost(route === undefined ? 1 : candidatesOf(route).length);
    const stages = Math.max(moves?.length ?? most, fill);
    const epochs = Array.from({ length: stages }, () => each);
    if (moves === undefined || route === undefined) return { epochs, exact: most <= fill };
    const anchors = epochs.map((_, i) => moves[i]?.move ?? [convergedOf(route).id]);
    return { epochs, exact: true, ...outlined(anchors) };
  }

  async next(run: CurriculumView): Promise<Stage | 'done'> {
    const { training, stages } = run;
    const view = requiredAnchors(run, 'rco');
    const decision = this.#filled(await this.#policy.next(view), stages.length, view.route);
    const taught = taughtAfter(decision, stages);
    if ('finish' in decision) return 'done';
    const { loss, carry, restartRate, stageEpochs = training.epochs } = this.#options;
    return studentStage({
      name: `stage-${stages.length + 1}`,
      epochs: stageEpochs,
      training,
      loss,
      ...taught,
      decision,
      rate: stages.length === 0 ? 1 : restartRate,
      carry,
    });
  }

  /** Stages that the policy leaves over belong to the converged teacher. */
  #filled(decision: Decision, done: number, route: Manifest): Decision {
    const { fill = 1 } = this.#options;
    if (!('finish' in decision) || done === 0 || done >= fill) return decision;
    const reason = `stage ${done + 1} of ${fill} is left over: the converged teacher`;
    return { reason, numbers: { fill }, move: [convergedOf(route).id] };
  }
}
