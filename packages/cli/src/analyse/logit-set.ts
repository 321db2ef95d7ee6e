/** Logits of a route's states, and of a student, on the same samples: all that an analysis looks at. */
import type { AnchorId, Manifest } from '@cairn/core';

export interface NamedLogits {
  /** The file or state, for people. */
  readonly name: string;
  /** Row-major [samples × classes]. */
  readonly logits: Float32Array;
}

export interface AnchorLogits extends NamedLogits {
  readonly step: AnchorId;
  readonly epoch: number;
}

export interface LogitSet {
  /** What was analysed. */
  readonly source: string;
  /** Which samples: `val`, `test`, or `given` by a folder of logits. */
  readonly split: 'val' | 'test' | 'given';
  readonly samples: number;
  readonly classes: number;
  readonly labels: Int32Array;
  /** By step, the converged teacher last. */
  readonly anchors: readonly [AnchorLogits, ...AnchorLogits[]];
  /** A student's stages in order; empty where none was given. */
  readonly students: readonly NamedLogits[];
  /** The route as a policy sees it. */
  readonly route: Manifest;
  /** What one should know of them, a line each. */
  readonly notes: readonly string[];
}

/** A route of states that were given without a manifest. */
export function bareRoute(anchors: LogitSet['anchors'], stepsPerEpoch = 1): Manifest {
  const [first, ...rest] = anchors.map(({ step, epoch, name }) => {
    return { id: step, epoch, learningRate: 0, metrics: {}, file: name, sha256: '' };
  });
  if (first === undefined) throw new RangeError('a route has at least one state');
  const totalSteps = anchors.at(-1)?.step ?? 0;
  return { id: 'given', stepsPerEpoch, totalSteps, anchors: [first, ...rest], config: {} };
}
