import { z } from 'zod';
import { training } from '../contracts/training.ts';
import type { Json } from '../json.ts';
import { pluginRef, type PluginData } from '../plugin/data.ts';

const seeds = z
  .array(z.number().int().nonnegative())
  .min(1)
  .refine((all) => new Set(all).size === all.length, { error: 'each seed once' });
const name = z.string().regex(/^[a-z][a-z0-9-]*$/, 'lower-case words joined by hyphens');
/** Points of a sweep have numbers in their names: `rco-greedy-delta-0.4`. */
const conditionName = z
  .string()
  .regex(/^[a-z][a-z0-9-]*(\.[a-z0-9-]+)*$/, 'lower-case words joined by hyphens; dots between digits');

/** One way to teach the student. */
const condition = z.strictObject({
  curriculum: pluginRef('curriculum'),
  /** The condition at equal cost that this one is compared with. */
  control: conditionName.optional(),
});

/** What the study was made to find out. Everything else that can be read off it is exploratory. */
const primaryContrast = z
  .strictObject({
    condition: conditionName,
    against: conditionName,
    /** A metric at the end, with its phase: `test/top1`, `test/kl`. */
    metric: z
      .string()
      .regex(/^(val|test)\/\S+$/)
      .describe('a metric with its phase, such as test/top1'),
    /** What counts as no difference, in the metric's own units: 0.006 of `test/top1` are 0.6 points. */
    margin: z.number().positive().optional(),
  })
  .refine(({ condition, against }) => condition !== against, {
    path: ['against'],
    error: 'another condition than the one that is compared',
  });
const primaries = z
  .array(primaryContrast)
  .refine(
    (all) => new Set(all.map((c) => [c.condition, c.against, c.metric].join(' '))).size === all.length,
    {
      error: 'each contrast once in a metric',
    },
  );

/** Values by option path within a condition: `{ 'anchor-policy.delta': [0.25, 0.4] }`. */
const sweptOptions = z.record(
  z.string().min(1),
  z.array(z.custom<OverrideValue>((value) => value !== undefined)).min(1, 'a list of values, at least one'),
);

/** Part of the training split that is never trained on. */
const validation = z.strictObject({
  /** Share of the training split, stratified by class. 0 trains on everything. @default 0.1 */
  fraction: z.number().min(0).max(0.5).default(0.1),
  /** The most samples on which hardness is measured. @default 5000 */
  probe: z.number().int().positive().default(5000),
  /** Seed of the split; the same for every run, so that all see the same samples. @default 0 */
  seed: z.number().int().nonnegative().default(0),
});

/** Which augmentations of an image students see. Teachers see fresh ones. */
const augmentation = z.strictObject({
  /**
   * Fixed views of each image, shared by all students: an epoch shows one of them, the next epoch the next, and what
   * a teacher says of a view is worked out once for all. `fresh`: another view in every epoch. @default fresh
   */
  views: z.union([z.number().int().positive(), z.literal('fresh')]).default('fresh'),
  /** Seed of the fixed views; the same for every run. @default 0 */
  seed: z.number().int().nonnegative().default(0),
});

/** What a study is made of. Everything is data; plugins stand in it as `{ kind, id, options }`. */
export const studySchema = z.strictObject({
  id: name,
  /** One line for people. */
  title: z.string(),
  /** What the study asks. */
  question: z.string(),
  dataset: pluginRef('dataset'),
  augmentations: z.array(pluginRef('augmentation')).default([]),
  augmentation: augmentation.prefault({}),
  /** Samples per step. */
  batch: z.number().int().positive(),
  validation: validation.prefault({}),
  teacher: z.strictObject({
    model: pluginRef('model'),
    curriculum: pluginRef('curriculum'),
    training,
    recorder: pluginRef('route-recorder'),
    /** In what students get its outputs, from the cache or not. Half the disk, or every bit. @default float32 */
    outputs: z.enum(['float32', 'float16']).default('float32'),
  }),
  student: z.strictObject({
    model: pluginRef('model'),
    training,
    /** The most samples that students learn from: a stratified part of what the teacher saw. @default all */
    samples: z.union([z.number().int().positive(), z.literal('all')]).default('all'),
  }),
  conditions: z.record(conditionName, condition),
  /** By condition: further conditions, one for each combination of these values of its options. @default none */
  sweep: z.record(conditionName, sweptOptions).default({}),
  /** The condition that all are compared with after their control. @default kd */
  baseline: conditionName.default('kd'),
  /** Declared beforehand: hashed with the study before the first student starts. @default none */
  primary: primaries.default([]),
  evaluators: z.array(pluginRef('evaluator')).min(1),
  launcher: pluginRef('launcher'),
  /** Student seeds: initial weights, order and augmentation. Conditions of one seed share all three. */
  seeds,
  /** One route each. */
  teacherSeeds: seeds,
  /** `full`: every student seed with every teacher. `dealt`: each student seed with one teacher, in turn. @default full */
  crossing: z.enum(['full', 'dealt']).default('full'),
});

export type Study = z.output<typeof studySchema>;
export type Condition = z.output<typeof condition>;
export type PrimaryContrast = z.output<typeof primaryContrast>;

/** What an override may set: data, plugins within it included. */
export type OverrideValue =
  Json | PluginData | readonly OverrideValue[] | { readonly [key: string]: OverrideValue | undefined };

/** Changes to a study by option path, such as `{ 'student.training.epochs': 2 }`. */
export type Overrides = Readonly<Record<string, OverrideValue>>;

/** A study file: the study and its named variations. */
export interface StudyFile {
  readonly study: z.input<typeof studySchema>;
  /** By profile name: at least the one that runs when none is named. */
  readonly profiles: Readonly<Record<string, Overrides>>;
  /** The profile that runs when none is named. @default default */
  readonly defaultProfile: string;
}

/**
 * Declares a study. The file exports the result as `study`. Where no default profile is named, the study as it stands
 * is profile `default`.
 */
export function defineStudy(
  study: z.input<typeof studySchema> & {
    readonly profiles?: Readonly<Record<string, Overrides>>;
    readonly defaultProfile?: string;
  },
): StudyFile {
  const { profiles = {}, defaultProfile, ...rest } = study;
  if (defaultProfile !== undefined) return { study: rest, profiles, defaultProfile };
  return { study: rest, profiles: { default: {}, ...profiles }, defaultProfile: 'default' };
}
