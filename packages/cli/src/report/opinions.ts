import { logSoftmaxRows, topClass } from '@cairn/core';
import type { Laboratory, State } from './laboratory.ts';

/** What a state says of the held-out samples. */
export interface Opinion {
  /** Log-probabilities, row-major [samples × classes]. */
  readonly logP: Float64Array;
  /** The first class of each sample. */
  readonly top: Int32Array;
}

/** What states say of the held-out samples, each asked once. */
export class Opinions {
  readonly lab: Laboratory;
  readonly #known = new Map<string, Opinion>();

  constructor(lab: Laboratory) {
    this.lab = lab;
  }

  async of(state: State): Promise<Opinion> {
    const found = this.#known.get(state.sha256);
    if (found !== undefined) return found;
    const { classes } = this.lab.splits.spec;
    const logP = logSoftmaxRows(await this.lab.logits(state, this.lab.heldOut), classes);
    const top = Int32Array.from({ length: logP.length / classes }, (_, row) =>
      topClass(logP.subarray(row * classes, (row + 1) * classes)),
    );
    this.#known.set(state.sha256, { logP, top });
    return { logP, top };
  }
}
