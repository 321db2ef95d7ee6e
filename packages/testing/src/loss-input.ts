import { createRandom, type LossInput, type LossNeeds, type NetInfo } from '@cairn/core';
import * as tf from '@tensorflow/tfjs-core';

const BATCH = 6;

export interface LossSides {
  readonly learner: NetInfo;
  readonly guide?: NetInfo;
  readonly classes: number;
}

/** A small drawn batch with the outputs and taps that a loss asks for. The caller owns its tensors. */
export function inputOf(needs: LossNeeds, setup: LossSides): LossInput {
  const stream = createRandom(4).at('testing/loss');
  const draw = (names: readonly string[], info: NetInfo | undefined) =>
    Object.fromEntries(
      names.map((name) => {
        const shape = [BATCH, ...({ ...info?.outputs, ...info?.taps }[name] ?? [])];
        const size = shape.reduce((a, b) => a * b, 1);
        return [
          name,
          tf.tensor(
            Array.from({ length: size }, () => 1.5 * stream.normal()),
            shape,
          ),
        ];
      }),
    );
  const labels = Int32Array.from({ length: BATCH }, () => stream.below(setup.classes));
  return {
    learner: draw(needs.learner, setup.learner),
    guide: draw(needs.guide, setup.guide),
    labels: tf.tensor1d(labels, 'int32'),
    indices: Int32Array.from({ length: BATCH }, (_, i) => i),
  };
}

/** The batch, then the same again. */
export function doubled({ learner, guide, labels, indices }: LossInput): LossInput {
  const both = (outputs: LossInput['learner']) =>
    Object.fromEntries(Object.entries(outputs).map(([name, t]) => [name, tf.concat([t, t])]));
  const twice = tf.concat([labels, labels]);
  return {
    learner: both(learner),
    guide: both(guide),
    labels: twice,
    indices: Int32Array.of(...indices, ...indices),
  };
}

export function disposeInput({ learner, guide, labels }: LossInput): void {
  tf.dispose([...Object.values(learner), ...Object.values(guide), labels]);
}

/** The batch of networks that are this much surer. */
export function scaled(input: LossInput, factor: number): LossInput {
  const all = (outputs: LossInput['learner']) =>
    Object.fromEntries(Object.entries(outputs).map(([name, t]) => [name, tf.mul(t, factor)]));
  return { ...input, learner: all(input.learner), guide: all(input.guide) };
}
