/** Optimisers and schedules are data: pure rules that the engine and every backend know. */
import { z } from 'zod';
import { time } from '../time.ts';

const rate = z.number().nonnegative();

/** SGD with PyTorch's semantics; weight decay acts on every parameter, as RepDistiller has it. */
const sgd = z.strictObject({
  name: z.literal('sgd'),
  learningRate: z.number().positive(),
  /** @default 0.9 */
  momentum: rate.max(1).default(0.9),
  /** @default 0 */
  dampening: rate.max(1).default(0),
  /** @default false */
  nesterov: z.boolean().default(false),
  /** @default 5e-4 */
  weightDecay: rate.default(5e-4),
});

/** Loshchilov & Hutter, arXiv 1711.05101, algorithm 2. */
const adamw = z.strictObject({
  name: z.literal('adamw'),
  learningRate: z.number().positive(),
  beta1: rate.lt(1).default(0.9),
  beta2: rate.lt(1).default(0.999),
  epsilon: z.number().positive().default(1e-8),
  weightDecay: rate.default(0.01),
});

export const optimizerRule = z.discriminatedUnion('name', [sgd, adamw]);
export type OptimizerRule = z.output<typeof optimizerRule>;

/** Linear from 0 over this length, before the rule proper. */
const warmup = time.default({ epochs: 0 });

/** Multiplies the rate by `factor` at each milestone: times, or fractions of the period. */
const step = z.strictObject({
  name: z.literal('step'),
  at: z.array(time).min(1),
  factor: z.number().positive().default(0.1),
  warmup,
});
/** Half a cosine from the rate down to `floor` × rate. Loshchilov & Hutter, arXiv 1608.03983, equation 5. */
const cosine = z.strictObject({ name: z.literal('cosine'), floor: rate.max(1).default(0), warmup });
/** Cosines one after the other, each `growth` times as long. arXiv 1608.03983, section 3. */
const warmRestarts = z.strictObject({
  name: z.literal('warm-restarts'),
  period: time,
  growth: z.number().min(1).default(1),
  floor: rate.max(1).default(0),
  warmup,
});
const constant = z.strictObject({ name: z.literal('constant'), warmup });

export const schedule = z.discriminatedUnion('name', [step, cosine, warmRestarts, constant]);
export type Schedule = z.output<typeof schedule>;

/** How one network is trained by itself: the default that curricula start from. */
export const training = z.strictObject({
  epochs: z.number().positive(),
  optimizer: optimizerRule,
  schedule,
});
export type Training = z.output<typeof training>;
export type TrainingInput = z.input<typeof training>;
