import {
  anchorsOfMoves,
  convergedOf,
  copiedConditions,
  plainlyPlannedBy,
  requiredAnchors,
  RunError,
  stageLengths,
  studentStage,
  type AnchorId,
  type AnchorPolicy,
  type Curriculum,
  type CurriculumView,
  type Decision,
  type Manifest,
  type OutlineView,
  type PluginData,
  type Stage,
  type StageLengths,
  type StageRecord,
} from '@cairn/core';

export interface BestSingleOptions extends StageLengths {
  readonly loss: PluginData<'loss'>;
  readonly searchEpochs: number;
}

const METRIC = 'val/top1';

/** A short run for each early anchor, then the whole training by the one whose student was best on held-out samples. */
export class BestSingleCurriculum implements Curriculum {
  readonly usesRoute = true;
  readonly usesHeldOut = true;
  readonly after: readonly string[];
  readonly #options: BestSingleOptions;
  readonly #moves: ReturnType<typeof plainlyPlannedBy>;

  /** @throws CAIRN_OPTION_INVALID for a policy whose anchors are not known beforehand */
  constructor(options: BestSingleOptions, policy: AnchorPolicy) {
    this.#options = options;
    this.#moves = plainlyPlannedBy(policy, 'best-single');
    this.after = copiedConditions(options);
  }

  outline({ training, route, epochsOf }: OutlineView): ReturnType<Curriculum['outline']> {
    const lengths = stageLengths(this.#options, 'best-single', training.epochs, (c) => epochsOf(c).epochs);
    const exact = this.after.every((condition) => epochsOf(condition).exact);
    const searches = route === undefined ? 0 : this.#searched(route).length;
    const search = Array.from({ length: searches }, () => this.#options.searchEpochs);
    return { epochs: [...search, ...lengths], exact };
  }

  async next(view: CurriculumView): Promise<Stage | 'done'> {
    const { training, stages, stagesOf } = view;
    const { route } = requiredAnchors(view, 'best-single');
    const candidates = this.#searched(route);
    const candidate = candidates[stages.length];
    if (candidate !== undefined) return this.#search(candidate, training, route, stages.length);
    const trained = stages.slice(candidates.length);
    const lengths = stageLengths(this.#options, 'best-single', training.epochs, (condition) =>
      stagesOf(condition).map((s) => s.epochs),
    );
    const epochs = lengths[trained.length];
    if (epochs === undefined) return 'done';
    const found = this.#choice(stages.slice(0, candidates.length), route);
    const { loss } = this.#options;
    return studentStage({
      name: `stage-${trained.length + 1}`,
      epochs,
      training,
      loss,
      anchors: found.move,
      ...(trained.length > 0 ? {} : { decision: found, carry: afresh }),
    });
  }

  /** Early anchors, where there is more than one to choose from. */
  #searched(route: Manifest): readonly AnchorId[] {
    const candidates = candidatesBy(this.#moves(route), route);
    return candidates.length > 1 ? candidates : [];
  }

  #search(anchor: AnchorId, training: CurriculumView['training'], route: Manifest, place: number): Stage {
    const { loss, searchEpochs } = this.#options;
    const epoch = anchor / route.stepsPerEpoch;
    const reason = `search, candidate ${place + 1}: epoch ${Number(epoch.toFixed(2))}`;
    const decision: Decision = { reason, numbers: { epoch }, move: [anchor] };
    const name = `search-${place + 1}`;
    const stage = studentStage({
      name,
      epochs: searchEpochs,
      training,
      loss,
      anchors: [anchor],
      decision,
      carry: afresh,
    });
    return { ...stage, search: true };
  }

  #choice(searches: readonly StageRecord[], route: Manifest) {
    const [only = convergedOf(route).id] = candidatesBy(this.#moves(route), route);
    if (searches.length === 0) return { reason: 'the only candidate', numbers: {}, move: [only] as const };
    const accuracy = searches.map(({ name, metrics }) => {
      const value = metrics?.[METRIC];
      if (value !== undefined && !Number.isNaN(value)) return value;
      const found = `${METRIC} of stage "${name}" is ${value ?? 'absent'}`;
      throw new RunError('CAIRN_PROBE_EMPTY', `curriculum "best-single": ${found}`, {
        fix: 'validation.fraction above 0, and an evaluator that measures top1',
      });
    });
    const candidates = searches.flatMap(({ anchors }) => anchors);
    const best = candidates[accuracy.indexOf(Math.max(...accuracy))] ?? only;
    const epoch = Number((best / route.stepsPerEpoch).toFixed(2));
    return {
      reason: `best of ${searches.length} on held-out samples: epoch ${epoch}`,
      numbers: { candidates, accuracy },
      move: [best] as const,
    };
  }
}

/** Everything as it was initially, so that nothing is left of what came before. */
const afresh = { weights: 'reset', buffers: 'reset' } as const;

/** The anchors but the converged one, unless there is no other. */
function candidatesBy(
  moves: ReturnType<ReturnType<typeof plainlyPlannedBy>>,
  route: Manifest,
): readonly AnchorId[] {
  const all = anchorsOfMoves(moves);
  const early = all.filter((id) => id !== convergedOf(route).id);
  return early.length === 0 ? all : early;
}
