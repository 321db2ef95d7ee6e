import {
  CairnError,
  createRandom,
  type DistillLoss,
  type LossInput,
  type LossInstance,
  type LossNeeds,
  type NetInfo,
} from '@cairn/core';
import * as tf from '@tensorflow/tfjs-core';
// A loss is plain tfjs: every operation of it has its gradient, whatever the backend.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { expect } from 'vitest';
import { testChecks, type Check } from './checks.ts';
import { disposeInput, doubled, inputOf, scaled, type LossSides } from './loss-input.ts';
import { gradientCheck } from './numerics.ts';

/** Where a loss is tried and what it sees. */
export interface DistillLossSetup extends LossSides {
  /** By name, what makes a backend the active one. */
  readonly backends: Readonly<Record<string, () => Promise<unknown>>>;
  /** A batch repeated in itself has the same loss. @default true */
  readonly batchIndependent?: boolean;
}

/** A loss on a backend with a batch that it may read. */
interface Ground {
  readonly input: LossInput;
  readonly needs: LossNeeds;
  readonly instance: () => LossInstance;
}

/** What holds for every loss: finite values, true gradients, none to the guide, no leak, on each backend. */
export function testDistillLoss(name: string, create: () => DistillLoss, setup: DistillLossSetup): void {
  testChecks(`loss ${name}`, distillLossChecks(create, setup));
}

/** The checks of `testDistillLoss`. */
export function distillLossChecks(create: () => DistillLoss, setup: DistillLossSetup): readonly Check[] {
  const { learner, guide, classes, backends } = setup;
  const context = { learner, ...(guide && { guide }), classes, datasetSize: 50, random: createRandom(0) };
  const on = async <T>(backend: string, work: (ground: Ground) => T | Promise<T>): Promise<T> => {
    await backends[backend]?.();
    const needs = create().needs(learner, guide);
    const input = inputOf(needs, setup);
    try {
      return await work({ input, needs, instance: () => create().create(context) });
    } finally {
      disposeInput(input);
    }
  };
  const names = Object.keys(backends);
  const checks = setup.batchIndependent === false ? groundChecks : [...groundChecks, meanCheck];
  return [
    ...needsChecks(create, setup),
    ...names.flatMap((backend) =>
      checks.map(([name, run]): Check => ({ name, on: backend, run: () => on(backend, run) })),
    ),
    {
      name: 'has the same value on every backend',
      run: async () => {
        const values: number[] = [];
        for (const backend of names) values.push(await on(backend, (ground) => valuesOf(ground)[0] ?? NaN));
        const [first = NaN] = values;
        for (const value of values) expectNear(value, first, 1e-4);
      },
    },
  ];
}

function needsChecks(create: () => DistillLoss, { learner, guide }: DistillLossSetup): readonly Check[] {
  const needs = () => create().needs(learner, guide);
  const missing = (names: readonly string[], info?: NetInfo) =>
    names.filter((n) => !Object.hasOwn({ ...info?.outputs, ...info?.taps }, n));
  return [
    {
      name: 'asks for what the networks have',
      run: () => {
        expect(needs().learner.length).toBeGreaterThan(0);
        expect(missing(needs().learner, learner)).toEqual([]);
        expect(missing(needs().guide, guide)).toEqual([]);
      },
    },
    {
      name: 'refuses networks without what it asks for, and does not do with less',
      run: () => {
        // Every network has logits.
        const asked = (names: readonly string[]) => names.filter((name) => name !== 'logits');
        for (const name of asked(needs().learner))
          expectRefused(name, () => create().needs(without(learner, name), guide));
        if (guide === undefined || needs().guide.length === 0) return;
        expectRefused('guide', () => create().needs(learner));
        for (const name of asked(needs().guide))
          expectRefused(name, () => create().needs(learner, without(guide, name)));
      },
    },
  ];
}

const groundChecks: readonly (readonly [name: string, run: (ground: Ground) => void | Promise<void>])[] = [
  [
    'gives finite scalars, the same each time, and leaves its input alive',
    ({ input, instance }) => {
      const one = instance();
      const first = valuesOf({ input, instance: () => one });
      expect(first.every(Number.isFinite)).toBe(true);
      expect(valuesOf({ input, instance: () => one })).toEqual(first);
      expect(valuesOf({ input, instance })).toEqual(first);
      const tensors = [...Object.values(input.learner), ...Object.values(input.guide), input.labels];
      expect(tensors.every((t) => !t.isDisposed)).toBe(true);
    },
  ],
  [
    'stays finite where the networks are sure, with its gradient',
    ({ input, needs, instance }) => {
      const found = tf.tidy(() => {
        const sure = scaled(input, 100);
        const gradients = needs.learner.map((name) => gradientOf(sure, name, instance()));
        return [instance().compute(sure).total, ...gradients].flatMap((t) => [...t.dataSync()]);
      });
      expect(found.every(Number.isFinite)).toBe(true);
    },
  ],
  [
    'has the gradient of its value in everything it asks of the learner',
    async ({ input, needs, instance }) => {
      for (const name of needs.learner) {
        await gradientCheck(learnerValue(input, name, instance()), input.learner[name] as tf.Tensor);
      }
    },
  ],
  [
    'sends no gradient to the guide',
    ({ input, needs, instance }) => {
      for (const name of needs.guide) {
        const f = (x: tf.Tensor) =>
          connected(instance().compute({ ...input, guide: { ...input.guide, [name]: x } }).total, x);
        const gradient = tf.tidy(() =>
          tf
            .grad(f)(input.guide[name] as tf.Tensor)
            .dataSync(),
        );
        expect([name, ...new Set(gradient)]).toEqual([name, 0]);
      }
    },
  ],
  [
    'leaks no tensor, with a gradient or without',
    ({ input, needs, instance }) => {
      const before = tf.memory().numTensors;
      tf.tidy(() => void instance().compute(input));
      tf.tidy(() => void gradientOf(input, needs.learner[0] ?? '', instance()));
      expect(tf.memory().numTensors).toBe(before);
    },
  ],
];

const meanCheck: (typeof groundChecks)[number] = [
  'is a mean over the batch',
  ({ input, instance }) => {
    const twice = tf.tidy(() => instance().compute(doubled(input)).total.dataSync()[0] as number);
    const once = tf.tidy(() => instance().compute(input).total.dataSync()[0] as number);
    expectNear(twice, once, 1e-5);
  },
];

/** The total, then the parts. */
function valuesOf({ input, instance }: Pick<Ground, 'input' | 'instance'>): readonly number[] {
  return tf.tidy(() => {
    const { total, parts } = instance().compute(input);
    return [total, ...Object.values(parts)].map((scalar) => {
      expect(scalar.shape).toEqual([]);
      return scalar.dataSync()[0] as number;
    });
  });
}

function learnerValue(input: LossInput, name: string, instance: LossInstance): (x: tf.Tensor) => tf.Scalar {
  return (x) => instance.compute({ ...input, learner: { ...input.learner, [name]: x } }).total;
}

function gradientOf(input: LossInput, name: string, instance: LossInstance): tf.Tensor {
  return tf.grad(learnerValue(input, name, instance))(input.learner[name] as tf.Tensor);
}

function expectNear(value: number, expected: number, tolerance: number): void {
  expect(Math.abs(value - expected)).toBeLessThan(tolerance * Math.max(1, Math.abs(expected)));
}

/** A refusal is one of ours, with a code: at planning a person reads it. */
function expectRefused(what: string, ask: () => LossNeeds): void {
  let refusal: unknown = 'none';
  try {
    ask();
  } catch (error) {
    refusal = error;
  }
  expect([what, refusal instanceof CairnError]).toEqual([what, true]);
}

function without(info: NetInfo, name: string): NetInfo {
  const rest = (all: NetInfo['outputs']) =>
    Object.fromEntries(Object.entries(all).filter(([key]) => key !== name));
  return { outputs: rest(info.outputs), taps: rest(info.taps) };
}

/** A value that has a gradient in x, 0 where it does not depend on it: tfjs refuses to differentiate otherwise. */
function connected(value: tf.Scalar, x: tf.Tensor): tf.Scalar {
  const link = tf.customGrad((v, other) => ({
    value: tf.clone(v as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => [dy, tf.zerosLike(other as tf.Tensor)],
  }));
  return link(value, x) as tf.Scalar;
}
