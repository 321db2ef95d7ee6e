import { entropyOfLogits, klOfLogits, mean, RunError } from '@cairn/core';
import type { AnchorId, AnchorView, Manifest, Network, Random, StageRecord, Taught } from '@cairn/core';
import { predictLogits } from '../predict.ts';
import type { AnchorOutputs, FixedRows } from './anchor-outputs.ts';

export interface ProbeOptions {
  readonly route: Manifest;
  readonly outputs: AnchorOutputs;
  readonly on: FixedRows;
  readonly student: Network;
  readonly random: Random;
  /** Told of each pass over the probe, for the cost of the search. */
  readonly charge: (network: AnchorId | 'student', samples: number) => void;
}

/** Held-out outputs of anchors and of the student: all that a policy may look at. */
export class Probe {
  readonly #options: ProbeOptions;
  #student: Promise<Float32Array> | undefined;

  constructor(options: ProbeOptions) {
    this.#options = options;
  }

  /** The view for one decision; the student is looked at as it is when the policy first asks. */
  view(stages: readonly StageRecord[]): AnchorView {
    this.#student = undefined;
    const { route, random } = this.#options;
    return {
      route,
      random,
      taught: taughtBy(stages),
      hardness: async (anchor) =>
        klOfLogits(await this.#anchor(anchor), await this.#studentLogits(), this.#classes()),
      divergence: async (p, q) =>
        mean(klOfLogits(await this.#anchor(p), await this.#anchor(q), this.#classes())),
      entropy: async (anchors, temperature) => {
        const each = [];
        for (const anchor of anchors) each.push(await this.#anchor(anchor));
        return mean(entropyOfLogits(meanOf(each), this.#classes(), temperature));
      },
    };
  }

  /** @throws CAIRN_PROBE_EMPTY */
  #anchor(anchor: AnchorId): Promise<Float32Array> {
    if (this.#options.on.rows.length === 0) {
      throw new RunError(
        'CAIRN_PROBE_EMPTY',
        'the anchor policy looks at held-out samples, and there are none',
        {
          fix: 'validation.fraction above 0, or a policy that plans from the route alone',
        },
      );
    }
    this.#options.charge(anchor, this.#options.on.rows.length);
    return this.#options.outputs.logits(anchor, this.#options.on);
  }

  #studentLogits(): Promise<Float32Array> {
    const { student, on, charge } = this.#options;
    if (this.#student === undefined) {
      charge('student', on.rows.length);
      this.#student = predictLogits(student, on.batches, on.rows);
    }
    return this.#student;
  }

  #classes(): number {
    return this.#options.student.info.outputs['logits']?.[0] ?? 0;
  }
}

/** Mean logits, as several anchors teach together. */
function meanOf(all: readonly Float32Array[]): Float32Array | Float64Array {
  const [first] = all;
  if (all.length === 1 && first !== undefined) return first;
  return Float64Array.from(first ?? [], (_, i) => mean(all.map((each) => each[i] ?? NaN)));
}

/** One entry for each move of the policy. */
function taughtBy(stages: readonly StageRecord[]): Taught[] {
  const taught: Taught[] = [];
  for (const { anchors, epochs, moved } of stages) {
    const before = taught.at(-1);
    if (moved || before === undefined) taught.push({ anchors, epochs });
    else taught[taught.length - 1] = { anchors: before.anchors, epochs: before.epochs + epochs };
  }
  return taught;
}
