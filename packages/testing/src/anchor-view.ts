import {
  candidatesOf,
  createRandom,
  entropyOfLogits,
  klOfLogits,
  mean,
  type AnchorId,
  type AnchorView,
  type Manifest,
  type Taught,
} from '@cairn/core';
import { frozen } from './checks.ts';
import { routeOfLength } from './route.ts';

/** Logits of held-out samples: a row each. */
export type LogitRows = readonly (readonly number[])[];

export interface ViewOptions {
  /** Logits of each candidate, in order: those after step 0. */
  readonly candidates: readonly LogitRows[];
  /** Logits of the student as it is now. */
  readonly student: LogitRows;
  /** @default a route with one anchor an epoch, ten steps each */
  readonly route?: Manifest;
  /** Anchors taught so far, one a move. @default none */
  readonly taught?: readonly AnchorId[];
  /** @default 0 */
  readonly seed?: number;
}

/** What a policy sees, with hardness and divergence worked out from logits in float64. It may not be written. */
export function viewFromLogits(options: ViewOptions): AnchorView {
  const { candidates, student, route = routeOfLength(candidates.length), taught = [], seed = 0 } = options;
  const classes = student[0]?.length ?? 0;
  const byAnchor = new Map(candidatesOf(route).map(({ id }, i) => [id, flat(candidates[i] ?? [])] as const));
  const logits = (anchor: AnchorId): Float64Array => {
    const found = byAnchor.get(anchor);
    if (found === undefined) throw new RangeError(`anchor ${anchor}: no candidate of this view`);
    return found;
  };
  return {
    route: frozen(structuredClone(route)),
    taught: frozen(taught.map((id): Taught => ({ anchors: [id], epochs: 1 }))),
    random: createRandom(seed),
    hardness: async (anchor) => klOfLogits(logits(anchor), flat(student), classes),
    divergence: async (p, q) => mean(klOfLogits(logits(p), logits(q), classes)),
    entropy: async (anchors, temperature) =>
      mean(entropyOfLogits(meanOf(anchors.map(logits)), classes, temperature)),
  };
}

function flat(rows: LogitRows): Float64Array {
  return Float64Array.from(rows.flat());
}

function meanOf(all: readonly Float64Array[]): Float64Array {
  return Float64Array.from(all[0] ?? [], (_, i) => mean(all.map((each) => each[i] ?? NaN)));
}
