import {
  studentStage,
  UsageError,
  type AnchorPolicy,
  type AnchorView,
  type Curriculum,
  type CurriculumView,
  type Decision,
  type OutlineView,
  type Stage,
  type StageRecord,
} from '@cairn/core';
import type { RcoOptions } from './options.ts';
import { epochShares, sharesFor } from './shares.ts';

type Move = Extract<Decision, { readonly move: unknown }>;

/** All anchors in the budget and the one schedule of a single KD run; nothing restarts at a switch. */
export class OneStageCurriculum implements Curriculum {
  readonly usesRoute = true;
  readonly after: readonly string[] = [];
  readonly #options: RcoOptions;
  readonly #policy: AnchorPolicy;

  constructor(options: RcoOptions, policy: AnchorPolicy) {
    this.#options = options;
    this.#policy = policy;
  }

  outline({ training, route }: OutlineView): ReturnType<Curriculum['outline']> {
    const total = this.#options.stageEpochs ?? training.epochs;
    const moves = route === undefined ? undefined : this.#policy.plan?.(route).filter(isMove);
    if (moves === undefined) return { epochs: [total], exact: true };
    const lengths = this.#lengths(total, moves.length);
    const taught = moves.filter((_, i) => (lengths[i] ?? 0) > 0);
    return { epochs: lengths.filter((n) => n > 0), exact: true, anchors: taught.flatMap((m) => m.move) };
  }

  async next({ training, stages, anchors }: CurriculumView): Promise<Stage | 'done'> {
    if (anchors === undefined) return 'done';
    const total = this.#options.stageEpochs ?? training.epochs;
    const moves = this.#policy.plan?.(anchors.route).filter(isMove);
    const part =
      moves === undefined
        ? await this.#asked(anchors, stages, total)
        : this.#planned(moves, this.#lengths(total, moves.length), stages.length);
    if (part === undefined) return 'done';
    const first = stages.length === 0;
    return studentStage({
      name: `part-${stages.length + 1}`,
      epochs: part.epochs,
      training,
      loss: this.#options.loss,
      anchors: part.anchors,
      decision: part.decision,
      span: total,
      carry: { optimizer: first ? 'reset' : 'keep', schedule: first ? 'restart' : 'continue' },
    });
  }

  #lengths(total: number, anchors: number): readonly number[] {
    const { shares = sharesFor(anchors, this.#options.lastShare) } = this.#options;
    if (shares.length === anchors) return epochShares(total, shares);
    throw new UsageError('CAIRN_OPTION_INVALID', `curriculum.shares: got ${shares.length} for ${anchors} anchors`, {
      fix: 'as many shares as the policy plans anchors',
    });
  }

  #planned(moves: readonly Move[], lengths: readonly number[], done: number): Part | undefined {
    const taught = moves.map((decision, i) => ({ decision, epochs: lengths[i] ?? 0 })).filter((p) => p.epochs > 0);
    const part = taught[done];
    return part === undefined ? undefined : { ...part, anchors: part.decision.move };
  }

  /** An adaptive policy is asked every `checkEvery` epochs; the last share belongs to the converged teacher. */
  async #asked(view: AnchorView, stages: readonly StageRecord[], total: number): Promise<Part | undefined> {
    const done = stages.reduce((sum, s) => sum + s.epochs, 0);
    if (done >= total - 1e-9) return undefined;
    const { lastShare = 0.3, checkEvery = total / 8 } = this.#options;
    const reserved = Math.floor((1 - lastShare) * total + 1e-9);
    const converged = view.route.anchors.at(-1)?.id;
    if (done >= reserved && converged !== undefined) {
      const decision: Decision = { move: [converged], reason: `last ${lastShare} of the budget`, numbers: {} };
      return { anchors: [converged], decision, epochs: total - done };
    }
    const decision = await this.#policy.next(view);
    const anchors = 'move' in decision ? decision.move : (stages.at(-1)?.anchors ?? []);
    if (anchors.length === 0) return undefined;
    return { anchors, decision, epochs: Math.min(Math.max(1, Math.round(checkEvery)), reserved - done) };
  }
}

interface Part {
  readonly anchors: readonly number[];
  readonly decision: Decision;
  readonly epochs: number;
}

function isMove(decision: Decision): decision is Move {
  return 'move' in decision;
}
