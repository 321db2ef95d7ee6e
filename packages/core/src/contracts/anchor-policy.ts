import type { Random } from '../random.ts';
import type { AnchorId, Manifest } from './route.ts';

/** Whose states teach: those of the run's own teacher, or those of another teacher of the study at the same steps. */
export type RouteSide = 'own' | 'foreign';

/** A choice with its reason: one line for people, numbers for recomputing it. */
export type Decision = {
  readonly reason: string;
  readonly numbers: Readonly<Record<string, number | readonly number[]>>;
} & (
  | {
      readonly move: readonly [AnchorId, ...AnchorId[]];
      /** Divides the teacher's logits before the loss sees them. @default 1 */
      readonly soften?: number;
      /** @default own */
      readonly route?: RouteSide;
    }
  | { readonly stay: true }
  | { readonly finish: true }
);
export type Move = Extract<Decision, { readonly move: unknown }>;

/** What a student was taught by, in order: one entry for each move of the policy. */
export interface Taught {
  readonly anchors: readonly AnchorId[];
  readonly epochs: number;
}

/** What a policy may look at. Nothing in it comes from the test split. */
export interface AnchorView {
  readonly route: Manifest;
  readonly taught: readonly Taught[];
  readonly random: Random;
  /** KL(anchor ‖ student) in nats at T = 1 for each held-out sample, the student as it is now. */
  hardness(anchor: AnchorId): Promise<Float64Array>;
  /** Mean KL(p ‖ q) in nats over the held-out samples. */
  divergence(p: AnchorId, q: AnchorId): Promise<number>;
  /** Mean entropy in nats of softmax(z / temperature) over the held-out samples; of several anchors their mean logits. */
  entropy(anchors: readonly [AnchorId, ...AnchorId[]], temperature?: number): Promise<number>;
}

/**
 * Decides which state of the teacher teaches next. Pure, without a state of its own: the same view gives the
 * same decision, so a resumed run repeats its choices.
 */
export interface AnchorPolicy {
  /** All moves from the route alone; absent where the policy looks at the student. Each holds a `move`. */
  plan?(route: Manifest): readonly Decision[];
  /**
   * Completes a planned move by what only a run can measure, such as `soften`. Anchors and their order stay as they
   * were planned. `next` has completed its moves.
   */
  settle?(planned: Move, view: AnchorView): Promise<Move>;
  /** Whether moves may name the route of another teacher. */
  readonly foreign?: boolean;
  /** The most anchors that it will use on a route of this many. */
  atMost(candidates: number): number;
  next(view: AnchorView): Promise<Decision>;
}
