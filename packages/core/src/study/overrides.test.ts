import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { training } from '../contracts/training.ts';
import { CairnError } from '../errors.ts';
import type { PluginData } from '../plugin/data.ts';
import { applyOverrides } from './overrides.ts';
import type { Overrides } from './study.ts';

const policy = (id: string, options = {}): PluginData<'anchor-policy'> => ({
  kind: 'anchor-policy',
  id,
  options,
});
const curriculum = (anchorPolicy: PluginData): PluginData<'curriculum'> => ({
  kind: 'curriculum',
  id: 'rco',
  options: { anchorPolicy: anchorPolicy as never },
});
const study = {
  seeds: [0, 1],
  student: { model: { kind: 'model', id: 'resnet', options: { depth: 8 } }, training: { epochs: 4 } },
  conditions: {
    eei: { curriculum: curriculum(policy('equal-epochs', { anchors: 4 })) },
    greedy: { curriculum: curriculum(policy('greedy', { anchors: 4 })) },
  },
};

function failure(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof CairnError) return [`${error.code} ${error.message}`, ...error.fix].join('\n');
    throw error;
  }
  return 'no error';
}

test('a path sets one option; a plugin keeps its options below its own name', () => {
  const changed = applyOverrides(study, {
    'student.model.depth': 14,
    'student.training.epochs': 2,
    'conditions.eei.curriculum.anchor-policy.anchors': 3,
  });
  expect(changed.student.model.options.depth).toBe(14);
  expect(changed.student.training.epochs).toBe(2);
  expect(changed.conditions.eei.curriculum).toEqual(curriculum(policy('equal-epochs', { anchors: 3 })));
  expect(study.student.model.options.depth).toBe(8);
});

test('a kind replaces every plugin of the kind, and options follow in their order', () => {
  const changed = applyOverrides(study, { 'anchor-policy': 'greedy', 'anchor-policy.delta': 0.6 });
  const expected = { curriculum: curriculum(policy('greedy', { delta: 0.6 })) };
  expect(changed.conditions).toEqual({ eei: expected, greedy: expected });
});

test('an option of a kind reaches the plugins that have it', () => {
  const schemas = {
    plugin: ({ id }: PluginData) => z.strictObject(id === 'greedy' ? { delta: z.number() } : {}),
  };
  const { conditions } = applyOverrides(study, { 'anchor-policy.delta': 0.6 }, schemas);
  expect(conditions.eei).toEqual(study.conditions.eei);
  expect(conditions.greedy.curriculum).toEqual(curriculum(policy('greedy', { anchors: 4, delta: 0.6 })));
});

test('a plugin is an id, or an id with options', () => {
  const changed = applyOverrides(study, {
    'anchor-policy': { id: 'greedy', options: { delta: 0.6 } },
    'student.model': { kind: 'model', id: 'vgg' },
  });
  expect(changed.conditions.eei.curriculum).toEqual(curriculum(policy('greedy', { delta: 0.6 })));
  expect(changed.student.model).toEqual({ kind: 'model', id: 'vgg', options: {} });
  for (const wrong of [
    { delta: 0.6 },
    { id: 'greedy', delta: 0.6 },
    { id: 'kd', kind: 'loss' },
    5,
    ['greedy'],
  ])
    expect(() => applyOverrides(study, { 'anchor-policy': wrong })).toThrow('anchor-policy: got ');
  const wrong = () => applyOverrides(study, { 'anchor-policy': { id: 'greedy', delta: 0.6 } });
  expect(failure(wrong)).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID anchor-policy: got {"id":"greedy","delta":0.6}
    an anchor-policy by its id, or {"id":"<id>","options":{…}}"
  `);
});

describe('an option that tells alternatives apart', () => {
  const root = z.strictObject({ training });
  const sgd = { name: 'sgd', learningRate: 0.1, momentum: 0.9, weightDecay: 0 };
  const step = { name: 'step', at: [{ epochs: 3 }], factor: 0.1, warmup: { epochs: 1 } };
  const whole = { training: { epochs: 4, optimizer: sgd, schedule: step } };
  const applied = (overrides: Overrides) => applyOverrides<object>(whole, overrides, { study: root });

  test('takes those with it that its new value does not have', () => {
    const { schedule } = root.parse(applied({ 'training.schedule.name': 'constant' })).training;
    expect(schedule).toEqual({ name: 'constant', warmup: { epochs: 1 } });
    const { optimizer } = root.parse(applied({ 'training.optimizer.name': 'adamw' })).training;
    expect(optimizer).toMatchObject({ name: 'adamw', learningRate: 0.1, weightDecay: 0, beta1: 0.9 });
  });

  test('opens those that only its new value has', () => {
    const overrides = { 'training.schedule.name': 'warm-restarts', 'training.schedule.period': 2 };
    expect(root.parse(applied(overrides)).training.schedule).toMatchObject({ period: { epochs: 2 } });
    const back = { 'training.schedule.name': 'constant', 'training.schedule.factor': 0.5 };
    expect(() => applied(back)).toThrow('training.schedule.factor: no such option');
  });

  test('keeps them all where its value is unknown, so that the schema says what it may be', () => {
    expect(applied({ 'training.schedule.name': 'stpe' })).toEqual({
      training: { ...whole.training, schedule: { ...step, name: 'stpe' } },
    });
  });

  test("goes for a plugin's own options too", () => {
    const schema = z.strictObject({
      noise: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('none') }),
        z.strictObject({ kind: z.literal('normal'), std: z.number() }),
      ]),
    });
    const noisy = { model: { kind: 'model', id: 'm', options: { noise: { kind: 'normal', std: 1 } } } };
    const changed = applyOverrides<object>(noisy, { 'model.noise.kind': 'none' }, { plugin: () => schema });
    expect(changed).toEqual({ model: { kind: 'model', id: 'm', options: { noise: { kind: 'none' } } } });
  });
});

test('names with dots are found whole, the longest first', () => {
  const conditions = { 'delta-0': { epochs: 1 }, 'delta-0.4': { epochs: 2 }, 'delta-0.25': { epochs: 3 } };
  const set = (path: string) => applyOverrides({ conditions }, { [path]: 9 }).conditions;
  expect(set('conditions.delta-0.4.epochs')).toEqual({ ...conditions, 'delta-0.4': { epochs: 9 } });
  expect(set('conditions.delta-0.epochs')).toEqual({ ...conditions, 'delta-0': { epochs: 9 } });
  expect(failure(() => set('conditions.delta-0.4.epoch'))).toMatchInlineSnapshot(`
    "CAIRN_OPTION_UNKNOWN conditions.delta-0.4.epoch: no such option
    "conditions.delta-0.4.epochs"? known here: epochs"
  `);
});

test('an element of a list is reached by its place, also below a plugin', () => {
  const evaluators = [{ kind: 'evaluator', id: 'fidelity', options: { temperatures: [1, 4] } }];
  const { evaluators: changed } = applyOverrides({ evaluators }, { 'evaluators.0.temperatures.1': 2 });
  expect(changed[0]?.options.temperatures).toEqual([1, 2]);
});

test('paths that lead nowhere are reported together, with the nearest one', () => {
  const wrong = () => applyOverrides(study, { 'student.trainnig.epochs': 1, 'loss.temperature': 2 });
  expect(wrong).toThrowErrorMatchingInlineSnapshot(`
    [UsageErrors: student.trainnig.epochs: no such option
    loss.temperature: this study has no loss]
  `);
  expect(() => applyOverrides(study, { 'student.trainnig': 1 })).toThrow(
    expect.objectContaining({ fix: ['"student.training"? known here: model, training'] }),
  );
});
