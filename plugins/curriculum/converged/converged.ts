import { studentStage, type Curriculum, type CurriculumView, type OutlineView, type PluginData, type Stage } from '@cairn/core';

/** As many epochs as a condition's run with the same seeds. */
export interface LikeCondition {
  readonly as: string;
}

export interface ConvergedOptions {
  readonly loss: PluginData<'loss'>;
  /** Length of a stage in epochs, or the whole length of another condition's run. */
  readonly epochs?: number | LikeCondition | undefined;
  /** Stages, each with a fresh optimiser and schedule; or the very stages of another condition's run. */
  readonly restarts: number | LikeCondition;
}

/** The converged teacher in every stage: plain KD, and its controls at equal cost. */
export class ConvergedCurriculum implements Curriculum {
  readonly usesRoute = true;
  readonly after: readonly string[];
  readonly #options: ConvergedOptions;

  constructor(options: ConvergedOptions) {
    this.#options = options;
    this.after = [options.epochs, options.restarts].flatMap((o) => (typeof o === 'object' ? [o.as] : []));
  }

  outline({ training, route, epochsOf }: OutlineView): ReturnType<Curriculum['outline']> {
    const exact = this.after.every((condition) => epochsOf(condition).exact);
    const epochs = this.#lengths(training.epochs, (condition) => epochsOf(condition).epochs);
    const last = route?.anchors.at(-1)?.id;
    return { epochs, exact, ...(last === undefined ? {} : { anchors: epochs.map(() => last) }) };
  }

  next({ training, stages, stagesOf, anchors }: CurriculumView): Promise<Stage | 'done'> {
    const lengths = this.#lengths(training.epochs, (condition) => stagesOf(condition).map((s) => s.epochs));
    const epochs = lengths[stages.length];
    const converged = anchors?.route.anchors.at(-1)?.id;
    if (epochs === undefined || converged === undefined) return Promise.resolve('done');
    const name = `stage-${stages.length + 1}`;
    return Promise.resolve(
      studentStage({ name, epochs, training, loss: this.#options.loss, anchors: [converged] }),
    );
  }

  /** Epochs of each stage. */
  #lengths(ownEpochs: number, epochsOf: (condition: string) => readonly number[]): readonly number[] {
    const { epochs, restarts } = this.#options;
    if (typeof restarts === 'object') return epochsOf(restarts.as);
    const total = typeof epochs === 'object' ? epochsOf(epochs.as).reduce((a, b) => a + b, 0) : undefined;
    const each = total === undefined ? ((epochs as number | undefined) ?? ownEpochs) : total / restarts;
    return Array.from({ length: restarts }, () => each);
  }
}
