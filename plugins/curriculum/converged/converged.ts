import {
  convergedOf,
  copiedConditions,
  requiredAnchors,
  stageLengths,
  studentStage,
  type Curriculum,
  type CurriculumView,
  type LikeCondition,
  type OutlineView,
  type PluginData,
  type Stage,
} from '@cairn/core';

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
    this.after = copiedConditions(options);
  }

  outline(view: OutlineView): ReturnType<Curriculum['outline']> {
    const { training, route } = view;
    const exact = this.after.every((condition) => view.epochsOf(condition).exact);
    const epochs = this.#lengths(training.epochs, (condition) => view.epochsOf(condition).epochs);
    if (route === undefined) return { epochs, exact };
    return { epochs, exact, anchors: epochs.map(() => convergedOf(route).id) };
  }

  async next(view: CurriculumView): Promise<Stage | 'done'> {
    const { training, stages } = view;
    const { route } = requiredAnchors(view, 'converged');
    const lengths = this.#lengths(training.epochs, (condition) =>
      view.stagesOf(condition).map((s) => s.epochs),
    );
    const epochs = lengths[stages.length];
    if (epochs === undefined) return 'done';
    const name = `stage-${stages.length + 1}`;
    const converged = convergedOf(route).id;
    return studentStage({ name, epochs, training, loss: this.#options.loss, anchors: [converged] });
  }

  #lengths(own: number, epochsOf: (condition: string) => readonly number[]): readonly number[] {
    return stageLengths(this.#options, 'converged', own, epochsOf);
  }
}
