import {
  candidatesOf,
  convergedOf,
  requiredAnchors,
  studentStage,
  UsageError,
  type AnchorPolicy,
  type AnchorView,
  type Curriculum,
  type CurriculumView,
  type Decision,
  type Manifest,
  type Move,
  type OutlineView,
  type Stage,
} from '@cairn/core';
import { outlined, plannedMoves, taughtAfter } from './decision.ts';
import type { RcoOptions } from './options.ts';
import { epochShares, piecesOf, sharesFor } from './shares.ts';

/** A stretch of the one schedule. */
interface Part {
  readonly epochs: number;
  /** Absent where the policy is asked when the part begins. */
  readonly decision?: Move;
}

/** All anchors in the budget and the one schedule of a single KD run; nothing restarts at a switch. */
export class OneStageCurriculum implements Curriculum {
  readonly usesRoute = true;
  readonly usesForeign: boolean;
  readonly after: readonly string[] = [];
  readonly #options: RcoOptions;
  readonly #policy: AnchorPolicy;

  /** @throws CAIRN_OPTION_INVALID for shares of anchors that are not known beforehand */
  constructor(options: RcoOptions, policy: AnchorPolicy) {
    this.#options = options;
    this.#policy = policy;
    this.usesForeign = policy.foreign === true;
    if (options.shares !== undefined && policy.plan === undefined) {
      throw sharesError(
        options.shares,
        'an anchor policy that looks at the student',
        'last-share, or an anchor policy that plans from the route alone',
      );
    }
  }

  outline({ training, route }: OutlineView): ReturnType<Curriculum['outline']> {
    const total = this.#options.stageEpochs ?? training.epochs;
    if (route === undefined) return { epochs: [total], exact: true };
    const parts = this.#parts(route, total);
    const epochs = parts.map((part) => part.epochs);
    if (this.#policy.plan === undefined) return { epochs, exact: true };
    return { epochs, exact: true, ...outlined(parts.map(({ decision }) => decision?.move ?? [])) };
  }

  async next(run: CurriculumView): Promise<Stage | 'done'> {
    const { training, stages } = run;
    const view = requiredAnchors(run, 'rco');
    const total = this.#options.stageEpochs ?? training.epochs;
    const part = this.#parts(view.route, total)[stages.length];
    if (part === undefined) return 'done';
    const decision = await this.#decide(part, view);
    const first = stages.length === 0;
    return studentStage({
      name: `part-${stages.length + 1}`,
      epochs: part.epochs,
      training,
      loss: this.#options.loss,
      ...taughtAfter(decision, stages),
      decision: asStay(decision),
      span: total,
      carry: { optimizer: first ? 'reset' : 'keep', schedule: first ? 'restart' : 'continue' },
    });
  }

  async #decide({ decision }: Part, view: AnchorView): Promise<Decision> {
    if (decision === undefined) return this.#policy.next(view);
    return this.#policy.settle?.(decision, view) ?? decision;
  }

  /** The whole schedule in parts, known from the route alone also where the anchors are not. */
  #parts(route: Manifest, total: number): readonly Part[] {
    const moves = plannedMoves(this.#policy, route);
    if (moves === undefined) return this.#askedParts(route, total);
    const { shares = sharesFor(moves.length, this.#options.lastShare) } = this.#options;
    if (shares.length !== moves.length)
      throw sharesError(shares, `${moves.length} anchors`, 'one for each anchor');
    const lengths = epochShares(total, shares);
    return moves.map((decision, i) => ({ decision, epochs: lengths[i] ?? 0 })).filter((p) => p.epochs > 0);
  }

  /** The policy is asked every `checkEvery` epochs; the last share belongs to the converged teacher. */
  #askedParts(route: Manifest, total: number): readonly Part[] {
    const { lastShare = 0.3 } = this.#options;
    const [asked = 0, kept = 0] = epochShares(total, [1 - lastShare, lastShare]);
    const questions = Math.max(1, this.#policy.atMost(candidatesOf(route).length) - 1);
    const { checkEvery = Math.max(1, Math.ceil(asked / questions)) } = this.#options;
    const parts: Part[] = piecesOf(asked, checkEvery).map((epochs) => ({ epochs }));
    if (kept === 0) return parts;
    const reason = `the last ${lastShare} of the budget: the converged teacher`;
    return [
      ...parts,
      { epochs: kept, decision: { move: [convergedOf(route).id], reason, numbers: { lastShare } } },
    ];
  }
}

/** After a policy's end its last anchors teach on: no new move, and the budget is used up. */
function asStay(decision: Decision): Decision {
  return 'finish' in decision ? { reason: decision.reason, numbers: decision.numbers, stay: true } : decision;
}

function sharesError(shares: readonly number[], beside: string, fix: string): UsageError {
  const message = `curriculum.shares: got ${shares.length} shares for ${beside}`;
  return new UsageError('CAIRN_OPTION_INVALID', message, { fix });
}
