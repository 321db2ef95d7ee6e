import type { Random } from '../random.ts';
import type { AnchorId, Manifest } from './route.ts';

/** A choice with its reason: one line for people, numbers for recomputing it. */
export type Decision = {
  readonly reason: string;
  readonly numbers: Readonly<Record<string, number | readonly number[]>>;
} & (
  { readonly move: readonly [AnchorId, ...AnchorId[]] } | { readonly stay: true } | { readonly finish: true }
);

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
}

/**
 * Decides which state of the teacher teaches next. Pure, without a state of its own: the same view gives the
 * same decision, so a resumed run repeats its choices.
 */
export interface AnchorPolicy {
  /** All moves from the route alone; absent where the policy looks at the student. Each holds a `move`. */
  plan?(route: Manifest): readonly Decision[];
  /** The most anchors that it will use on a route of this many. */
  atMost(candidates: number): number;
  next(view: AnchorView): Promise<Decision>;
}
