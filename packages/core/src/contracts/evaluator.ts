/** Logits of a split, row-major [size × classes]. */
export interface EvalContext {
  readonly logits: Float32Array;
  readonly labels: Int32Array;
  readonly classes: number;
  /** Logits of the converged teacher on the same samples, where the study has one and an evaluator needs it. */
  readonly reference?: Float32Array;
}

/** Measures a network on a split. Names have no phase: the engine puts `val/` or `test/` before them. */
export interface Evaluator {
  /** Whether it looks at the reference, which is not worked out where nobody does. @default false */
  readonly needsReference?: boolean;
  evaluate(context: EvalContext): Iterable<readonly [name: string, value: number]>;
}
