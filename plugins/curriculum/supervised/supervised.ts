import {
  copiedConditions,
  stageLengths,
  studentStage,
  type Curriculum,
  type CurriculumView,
  type LikeCondition,
  type OutlineView,
  type PluginData,
  type Stage,
} from '@cairn/core';

export interface SupervisedOptions {
  readonly loss: PluginData<'loss'>;
  /** Length, or the whole length of another condition's run; the training's own without it. */
  readonly epochs?: number | LikeCondition | undefined;
}

/** One stage without a teacher. */
export class SupervisedCurriculum implements Curriculum {
  readonly usesRoute = false;
  readonly after: readonly string[];
  readonly #options: SupervisedOptions;

  constructor(options: SupervisedOptions) {
    this.#options = options;
    this.after = copiedConditions(options);
  }

  outline({ training, epochsOf }: OutlineView): ReturnType<Curriculum['outline']> {
    const lengths = this.#lengths(training.epochs, (condition) => epochsOf(condition).epochs);
    return { epochs: lengths, exact: this.after.every((condition) => epochsOf(condition).exact) };
  }

  async next({ training, stages, stagesOf }: CurriculumView): Promise<Stage | 'done'> {
    const lengths = this.#lengths(training.epochs, (condition) => stagesOf(condition).map((s) => s.epochs));
    const epochs = lengths[stages.length];
    if (epochs === undefined) return 'done';
    return studentStage({ name: 'all', epochs, training, loss: this.#options.loss });
  }

  #lengths(own: number, epochsOf: (condition: string) => readonly number[]): readonly number[] {
    return stageLengths({ epochs: this.#options.epochs }, 'supervised', own, epochsOf);
  }
}
