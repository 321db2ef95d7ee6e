import { studentStage, type Curriculum, type CurriculumView, type PluginData, type Stage } from '@cairn/core';

export interface SupervisedOptions {
  readonly loss: PluginData<'loss'>;
  /** Length; the training's own without it. */
  readonly epochs?: number | undefined;
}

/** One stage without a teacher. */
export class SupervisedCurriculum implements Curriculum {
  readonly usesRoute = false;
  readonly after: readonly string[] = [];
  readonly #options: SupervisedOptions;

  constructor(options: SupervisedOptions) {
    this.#options = options;
  }

  outline({ training }: Parameters<Curriculum['outline']>[0]): ReturnType<Curriculum['outline']> {
    return { epochs: [this.#options.epochs ?? training.epochs], exact: true };
  }

  async next({ training, stages }: CurriculumView): Promise<Stage | 'done'> {
    if (stages.length > 0) return 'done';
    const { loss, epochs = training.epochs } = this.#options;
    return studentStage({ name: 'all', epochs, training, loss });
  }
}
