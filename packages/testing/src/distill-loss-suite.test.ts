import { UsageError, type DistillLoss, type LossInput, type LossNeeds, type NetInfo } from '@cairn/core';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { brokenChecks } from './checks.ts';
import { distillLossChecks, type DistillLossSetup } from './distill-loss-suite.ts';

const HAS = 'asks for what the networks have';
const LESS = 'refuses networks without what it asks for, and does not do with less';
const SAME = 'gives finite scalars, the same each time, and leaves its input alive';
const SURE = 'stays finite where the networks are sure, with its gradient';
const GRADIENT = 'has the gradient of its value in everything it asks of the learner';
const GUIDE = 'sends no gradient to the guide';
const LEAK = 'leaks no tensor, with a gradient or without';
const MEAN = 'is a mean over the batch';

const info: NetInfo = { outputs: { logits: [3] }, taps: { hint: [2] } };
const setup: DistillLossSetup = {
  learner: info,
  guide: info,
  classes: 3,
  backends: { cpu: () => tf.setBackend('cpu') },
};

function needs(learner: NetInfo, guide?: NetInfo): LossNeeds {
  for (const net of [learner, guide]) {
    if (net?.taps['hint'] === undefined) throw new UsageError('CAIRN_LOSS_GUIDE', 'loss: no hint');
  }
  return { learner: ['hint'], guide: ['hint'] };
}

const constant = tf.customGrad((x) => ({
  value: tf.clone(x as tf.Tensor),
  gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
}));

/** Mean squared distance of the hints. */
function distance({ learner, guide }: LossInput, target = constant(guide['hint'] as tf.Tensor)): tf.Scalar {
  return tf.mean(tf.squaredDifference(learner['hint'] as tf.Tensor, target));
}
const softened = (net: LossInput['guide']) => tf.softmax(net['hint'] as tf.Tensor2D);

const loss =
  (total: (input: LossInput) => tf.Scalar, more: Partial<DistillLoss> = {}) =>
  (): DistillLoss => ({
    needs,
    create: () => ({ compute: (input) => ({ total: total(input), parts: {} }) }),
    ...more,
  });
/** The right value, with this gradient in the learner's hint. */
const withGradient = (gradient: (difference: tf.Tensor) => tf.Tensor) =>
  loss(({ learner, guide }) => {
    const target = guide['hint'] as tf.Tensor;
    const f = tf.customGrad((x) => ({
      value: tf.mean(tf.squaredDifference(x as tf.Tensor, target)),
      gradFunc: (dy: tf.Tensor) => tf.mul(dy, gradient(tf.sub(x as tf.Tensor, target))),
    }));
    return f(learner['hint'] as tf.Tensor) as tf.Scalar;
  });

test('one that keeps the contract breaks nothing', async () => {
  expect(await brokenChecks(distillLossChecks(loss(distance), setup))).toEqual([]);
  const right = withGradient((difference) => tf.mul(difference, 2 / 12));
  expect(await brokenChecks(distillLossChecks(right, setup))).toEqual([]);
});

const kept: tf.Tensor[] = [];
let everComputed = 0;
const broken: readonly (readonly [string, () => DistillLoss, string])[] = [
  ['asks for nothing', loss(distance, { needs: () => ({ learner: [], guide: [] }) }), HAS],
  [
    'asks for a tap that no network has',
    loss(distance, { needs: () => ({ learner: ['hnit'], guide: [] }) }),
    HAS,
  ],
  [
    'takes a network without its tap',
    loss(distance, { needs: () => ({ learner: ['hint'], guide: ['hint'] }) }),
    LESS,
  ],
  [
    'does without the hint where the guide has none',
    loss(distance, {
      needs: (learner, guide) =>
        guide?.taps['hint'] === undefined ? { learner: ['logits'], guide: [] } : needs(learner, guide),
    }),
    LESS,
  ],
  [
    'refuses by accident',
    loss(distance, {
      needs: (_, guide) => {
        if (guide?.taps['hint']?.length !== 1) throw new TypeError('hint is undefined');
        return { learner: ['hint'], guide: ['hint'] };
      },
    }),
    LESS,
  ],
  ['is not a number', loss((input) => tf.log(tf.neg(distance(input)))), SAME],
  [
    'has a value for each sample',
    loss((i) => tf.mean(i.learner['hint'] as tf.Tensor, 1) as unknown as tf.Scalar),
    SAME,
  ],
  ['draws', loss((input) => tf.mul(distance(input), tf.scalar(Math.random()))), SAME],
  [
    'grows with each call of an instance',
    () => ({
      needs,
      create: () => {
        let n = 0;
        return { compute: (input) => ({ total: tf.mul(distance(input), ++n), parts: {} }) };
      },
    }),
    SAME,
  ],
  ['grows with each call of any', loss((input) => tf.mul(distance(input), ++everComputed)), SAME],
  [
    'has a part that is no number',
    () => ({
      needs,
      create: () => ({ compute: (i) => ({ total: distance(i), parts: { p: tf.scalar(NaN) } }) }),
    }),
    SAME,
  ],
  [
    'disposes the learner',
    loss((i) => {
      const d = distance(i);
      tf.dispose(i.learner);
      return d;
    }),
    SAME,
  ],
  [
    'disposes the guide',
    loss((i) => {
      const d = distance(i);
      tf.dispose(i.guide);
      return d;
    }),
    SAME,
  ],
  [
    'takes the logarithm of a probability of 0',
    loss(({ learner, guide }) =>
      tf.neg(
        tf.div(
          tf.sum(tf.mul(softened(guide), tf.log(softened(learner)))),
          (learner['hint'] as tf.Tensor).shape[0] ?? 1,
        ),
      ),
    ),
    SURE,
  ],
  ['has twice its gradient', withGradient((difference) => tf.mul(difference, 4 / 12)), GRADIENT],
  ['has a gradient that points up', withGradient((difference) => tf.mul(difference, -2 / 12)), GRADIENT],
  [
    'has the gradient of another sample',
    withGradient((difference) => tf.mul(tf.reverse(difference, 0), 2 / 12)),
    GRADIENT,
  ],
  [
    'does not use what it asks for',
    loss(({ learner }) => tf.mean(learner['logits'] as tf.Tensor), {
      needs: (l, g) => ({ ...needs(l, g), learner: ['logits', 'hint'] }),
    }),
    GRADIENT,
  ],
  [
    'does with 0 for what is missing',
    loss(({ learner }) => tf.mean(tf.square(learner['hnit'] ?? tf.scalar(0)))),
    GRADIENT,
  ],
  ['teaches the guide', loss((input) => distance(input, input.guide['hint'])), GUIDE],
  [
    'keeps a tensor',
    loss((input) => {
      kept.push(tf.keep(tf.zeros([2])));
      return distance(input);
    }),
    LEAK,
  ],
  ['is a sum over the batch', loss(({ learner }) => tf.sum(tf.square(learner['hint'] as tf.Tensor))), MEAN],
];
test.each(broken)('one that %s is found', async (_, create, check) => {
  try {
    expect(await brokenChecks(distillLossChecks(create, setup))).toContain(check);
  } finally {
    tf.dispose(kept.splice(0));
  }
});
