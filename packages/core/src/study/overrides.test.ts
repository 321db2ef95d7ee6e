import { expect, test } from 'vitest';
import type { PluginData } from '../plugin/data.ts';
import { applyOverrides } from './overrides.ts';

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
  const hasOption = (plugin: PluginData, option: string) => plugin.id === 'greedy' && option === 'delta';
  const { conditions } = applyOverrides(study, { 'anchor-policy.delta': 0.6 }, hasOption);
  expect(conditions.eei).toEqual(study.conditions.eei);
  expect(conditions.greedy.curriculum).toEqual(curriculum(policy('greedy', { anchors: 4, delta: 0.6 })));
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
