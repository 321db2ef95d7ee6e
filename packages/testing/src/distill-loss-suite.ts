import { createRandom, type DistillLoss, type LossInput, type LossValue, type NetInfo } from '@cairn/core';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { disposeInput, doubled, inputOf, type LossSides } from './loss-input.ts';
import { gradientCheck } from './numerics.ts';

/** Where a loss is tried and what it sees. */
export interface DistillLossSetup extends LossSides {
  /** By name, what makes a backend the active one. */
  readonly backends: Readonly<Record<string, () => Promise<unknown>>>;
  /** A batch repeated in itself has the same loss. @default true */
  readonly batchIndependent?: boolean;
}

/** What holds for every loss: finite values, true gradients, none to the guide, no leak, on each backend. */
export function testDistillLoss(name: string, create: () => DistillLoss, setup: DistillLossSetup): void {
  const { learner, guide, classes, batchIndependent = true } = setup;
  const context = { learner, ...(guide && { guide }), classes, datasetSize: 50, random: createRandom(0) };
  const valueOf = (input: LossInput): LossValue => create().create(context).compute(input);
  const needs = () => create().needs(learner, guide);

  test(`loss ${name} asks for what the networks have`, () => {
    const missing = (names: readonly string[], info?: NetInfo) =>
      names.filter((n) => !Object.hasOwn({ ...info?.outputs, ...info?.taps }, n));
    expect(needs().learner.length).toBeGreaterThan(0);
    expect(missing(needs().learner, learner)).toEqual([]);
    expect(missing(needs().guide, guide)).toEqual([]);
  });

  describe.each(Object.keys(setup.backends))(`loss ${name} on %s`, (backend) => {
    let input: LossInput;
    beforeAll(async () => {
      await setup.backends[backend]?.();
      input = inputOf(needs(), setup);
    });
    afterAll(() => disposeInput(input));

    test('gives finite scalars, the same each time, and leaves its input alive', () => {
      const read = (): number[] =>
        tf.tidy(() => {
          const { total, parts } = valueOf(input);
          return [total, ...Object.values(parts)].map((scalar) => {
            expect(scalar.shape).toEqual([]);
            return scalar.dataSync()[0] as number;
          });
        });
      expect(read().every(Number.isFinite)).toBe(true);
      expect(read()).toEqual(read());
      expect([...Object.values(input.learner), input.labels].every((t) => !t.isDisposed)).toBe(true);
    });

    test('has the gradient of its value in everything it asks of the learner', async () => {
      for (const output of needs().learner) {
        const f = (x: tf.Tensor) => valueOf({ ...input, learner: { ...input.learner, [output]: x } }).total;
        await gradientCheck(f, input.learner[output] as tf.Tensor);
      }
    });

    test('sends no gradient to the guide', () => {
      for (const output of needs().guide) {
        const f = (x: tf.Tensor) =>
          connected(valueOf({ ...input, guide: { ...input.guide, [output]: x } }).total, x);
        const gradient = tf.tidy(() =>
          tf
            .grad(f)(input.guide[output] as tf.Tensor)
            .dataSync(),
        );
        expect([output, ...new Set(gradient)]).toEqual([output, 0]);
      }
    });

    test.runIf(batchIndependent)('is a mean over the batch', () => {
      const twice = tf.tidy(() => valueOf(doubled(input)).total.dataSync()[0] as number);
      const once = tf.tidy(() => valueOf(input).total.dataSync()[0] as number);
      expect(Math.abs(twice - once)).toBeLessThan(1e-5 * Math.max(1, Math.abs(once)));
    });

    test('leaks no tensor, with a gradient or without', () => {
      const before = tf.memory().numTensors;
      tf.tidy(() => void valueOf(input));
      tf.tidy(() => {
        const output = needs().learner[0] ?? '';
        const f = (x: tf.Tensor) => valueOf({ ...input, learner: { ...input.learner, [output]: x } }).total;
        tf.grad(f)(input.learner[output] as tf.Tensor);
      });
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}

/** A value that has a gradient in x, 0 where it does not depend on it: tfjs refuses to differentiate otherwise. */
function connected(value: tf.Scalar, x: tf.Tensor): tf.Scalar {
  const link = tf.customGrad((v, other) => ({
    value: tf.clone(v as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => [dy, tf.zerosLike(other as tf.Tensor)],
  }));
  return link(value, x) as tf.Scalar;
}
