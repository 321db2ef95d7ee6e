/** Logits of a split, row-major [size × classes]. */
export interface EvalContext {
  readonly logits: Float32Array;
  readonly labels: Int32Array;
  readonly classes: number;
  /** Logits of the converged teacher on the same samples, where the study has one. */
  readonly reference?: Float32Array;
}

/** Measures a network on a split. Names have no phase: the engine puts `val/` or `test/` before them. */
export interface Evaluator {
  evaluate(context: EvalContext): Iterable<readonly [name: string, value: number]>;
}
