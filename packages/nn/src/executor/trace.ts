import type { Tensor } from '@tensorflow/tfjs-core';
import { keep } from '@tensorflow/tfjs-core';

/** What a forward pass keeps for its backward pass, step by step. Owns its tensors. */
export class Trace {
  /** Samples that went forward. */
  readonly batch: number;
  readonly #saved = new Map<number, readonly Tensor[]>();
  readonly #holders = new Map<Tensor, number>();

  constructor(batch: number) {
    this.batch = batch;
  }

  save(step: number, tensors: readonly Tensor[]): void {
    this.#saved.set(step, tensors);
    for (const t of tensors) {
      const holders = this.#holders.get(t) ?? 0;
      if (holders === 0) keep(t);
      this.#holders.set(t, holders + 1);
    }
  }

  holds(t: Tensor): boolean {
    return this.#holders.has(t);
  }

  saved(step: number): readonly Tensor[] {
    return this.#saved.get(step) ?? [];
  }

  /** Forgets a step; disposes what no other step holds. */
  release(step: number): void {
    for (const t of this.saved(step)) {
      const holders = (this.#holders.get(t) ?? 1) - 1;
      if (holders > 0) this.#holders.set(t, holders);
      else {
        this.#holders.delete(t);
        t.dispose();
      }
    }
    this.#saved.delete(step);
  }

  dispose(): void {
    for (const step of [...this.#saved.keys()]) this.release(step);
  }
}
