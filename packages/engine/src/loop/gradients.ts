import * as tf from '@tensorflow/tfjs-core';
import type { LossInput, LossInstance, LossNeeds, Outputs } from '@cairn/core';

export interface LossGradients {
  /** Values of the total (as `loss`) and of each part. */
  readonly values: Readonly<Record<string, number>>;
  /** Gradients at the learner's outputs and taps that the loss asked for; the caller owns them. */
  readonly gradients: Outputs;
}

/** Value and gradients of a loss under tfjs autograd, apart from the network that made its inputs. */
export async function lossGradients(
  loss: LossInstance,
  needs: LossNeeds,
  input: LossInput,
): Promise<LossGradients> {
  const names = needs.learner;
  const inputs = names.map((name) => input.learner[name] as tf.Tensor);
  const parts: Record<string, tf.Scalar> = {};
  const { value, grads } = tf.valueAndGrads((...ys: tf.Tensor[]) => {
    const learner = {
      ...input.learner,
      ...Object.fromEntries(names.map((name, i) => [name, ys[i] as tf.Tensor])),
    };
    const { total, parts: named } = loss.compute({ ...input, learner });
    for (const [name, part] of Object.entries(named)) parts[name] = tf.keep(part.clone());
    return total;
  })(inputs);
  try {
    const values: Record<string, number> = { loss: (await value.data())[0] ?? NaN };
    for (const [name, part] of Object.entries(parts)) values[name] = (await part.data())[0] ?? NaN;
    return { values, gradients: Object.fromEntries(names.map((name, i) => [name, grads[i] as tf.Tensor])) };
  } finally {
    tf.dispose([value, parts]);
  }
}
