import type { Overrides, StudyFile } from '@cairn/core';
import { failureOf } from '@cairn/testing';
import { describe, expect, test } from 'vitest';
import { resolveStudy } from '../index.ts';
import { declared, planOf, registry } from '../test-support/declared-study.ts';

const resolve = (overrides: Overrides = {}, profile = 'default', file: StudyFile = declared) =>
  resolveStudy(file, registry, profile, overrides);
const failure = (overrides: Overrides, profile?: string) => failureOf(() => resolve(overrides, profile));

describe('a resolved study', () => {
  test('has the profile, then the overrides, and every default', () => {
    expect(resolve({}, 'short').study.student.training.epochs).toBe(2);
    expect(resolve({ 'student.training.epochs': 3 }, 'short').study.student.training.epochs).toBe(3);
    const { study } = resolve();
    expect(study.validation).toEqual({ fraction: 0.2, probe: 5000, seed: 0 });
    expect(study.conditions['rco-eei']?.curriculum.options).toMatchObject({
      stages: 'multi',
      restartRate: 1,
      carry: { optimizer: 'reset', buffers: 'keep' },
      anchorPolicy: { id: 'equal-epochs', options: { anchors: 4 } },
    });
  });

  test('is the same when it is resolved again', () => {
    const { study } = resolve();
    const again = resolve({}, 'default', { ...declared, study });
    expect(again.study).toEqual(study);
  });
});

describe('conditions that overrides make equal', () => {
  test('run once, under the first name, and controls follow', () => {
    const { study, notes } = resolve({ 'anchor-policy': 'final' });
    expect(Object.keys(study.conditions)).toEqual(['kd', 'kd-restarts', 'rco-eei']);
    expect(notes).toEqual(['rco-greedy is now the same as rco-eei and runs once']);
  });

  test('what copied the one that is gone copies the one that stays', async () => {
    const { runs } = await planOf({ overrides: { 'anchor-policy': 'final' } });
    expect(runs.map(({ id }) => id).slice(0, 3)).toEqual(['kd-t0-s0', 'rco-eei-t0-s0', 'kd-restarts-t0-s0']);
    expect(Object.values(runs[2]?.copies ?? {})).toEqual(['rco-eei-t0-s0']);
    expect(runs[2]?.outline).toEqual({ epochs: [6], exact: true, anchors: [24] });
  });

  test('a condition is not its own control', () => {
    const { study } = resolve({
      curriculum: 'converged',
      'curriculum.loss': { kind: 'loss', id: 'kd', options: {} },
      'teacher.curriculum': 'supervised',
      'teacher.curriculum.loss': { kind: 'loss', id: 'cross-entropy', options: {} },
    });
    expect(study.conditions).toEqual({ kd: { curriculum: study.conditions['kd']?.curriculum } });
  });

  test('that the study declares equal stay two', () => {
    const { kd } = declared.study.conditions;
    const conditions = { ...declared.study.conditions, ...(kd && { twin: kd }) };
    const { study, notes } = resolve({}, 'default', {
      ...declared,
      study: { ...declared.study, conditions },
    });
    expect(Object.keys(study.conditions)).toContain('twin');
    expect(notes).toEqual([]);
  });

  test('the baseline follows too', () => {
    const study = { ...declared.study, baseline: 'rco-greedy' };
    const resolved = resolve({ 'anchor-policy': 'final' }, 'default', { ...declared, study });
    expect(resolved.study.baseline).toBe('rco-eei');
  });
});

describe('what is refused', () => {
  test('a profile that is not there', async () => {
    expect(await failure({}, 'shrot')).toMatchInlineSnapshot(`
      "CAIRN_PROFILE_UNKNOWN --profile: got "shrot"
      "short"? known: default, short"
    `);
  });

  test('options that are not there or out of range, all at once', async () => {
    expect(await failure({ 'student.trainig.epochs': 2, batchsize: 3 })).toMatchInlineSnapshot(`
      "CAIRN_OPTION_UNKNOWN student.trainig.epochs: no such option
      "student.training"? known here: model, training, samples
      CAIRN_OPTION_UNKNOWN batchsize: no such option
      known here: id, title, question, dataset, augmentations, augmentation, batch, validation, teacher, student, conditions, sweep, baseline, primary, evaluators, launcher, seeds, teacher-seeds, crossing"
    `);
    expect(await failure({ batch: 0, 'validation.fraction': 0.9 })).toMatchInlineSnapshot(`
      "CAIRN_OPTION_INVALID batch: got 0
      an integer above 0
      CAIRN_OPTION_INVALID validation.fraction: got 0.9
      a number at least 0 and at most 0.5 (default 0.1)"
    `);
    const wrong = { 'anchor-policy.anchors': 0, 'evaluator.j': 2, 'student.model': 'resnte' };
    expect(await failure(wrong)).toMatchInlineSnapshot(`
      "CAIRN_PLUGIN_UNKNOWN student.model: no model "resnte"
      "resnet"? known: resnet
      CAIRN_OPTION_INVALID conditions.rco-eei.curriculum.anchor-policy.anchors: got 0
      an integer at least 1 (default 4)
      CAIRN_OPTION_INVALID conditions.rco-greedy.curriculum.anchor-policy.anchors: got 0
      an integer at least 1, or "unlimited" (default 4)
      CAIRN_OPTION_UNKNOWN evaluators.0.j: no such option
      "k"? known: k"
    `);
  });

  test('conditions that are not there', async () => {
    expect(await failure({ 'conditions.rco-eei.control': 'kd-restart' })).toMatchInlineSnapshot(`
      "CAIRN_CONDITION_UNKNOWN conditions.rco-eei.control: no condition "kd-restart"
      "kd-restarts"? known: kd, kd-restarts, rco-eei, rco-greedy"
    `);
    expect(await failure({ baseline: 'scratch' })).toMatchInlineSnapshot(`
      "CAIRN_CONDITION_UNKNOWN baseline: no condition "scratch"
      known: kd, kd-restarts, rco-eei, rco-greedy"
    `);
    const copies = { 'conditions.kd-restarts.curriculum.restarts': { as: 'rco-gredy' } };
    expect(await failure(copies)).toMatchInlineSnapshot(`
      "CAIRN_CONDITION_UNKNOWN conditions.kd-restarts.curriculum: no condition "rco-gredy"
      "rco-greedy"? known: kd, kd-restarts, rco-eei, rco-greedy"
    `);
  });

  test('a teacher that is to learn from a route', async () => {
    const loss = { kind: 'loss', id: 'kd', options: {} };
    const overrides = { 'teacher.curriculum': 'converged', 'teacher.curriculum.loss': loss };
    expect(await failure(overrides)).toMatchInlineSnapshot(`
      "CAIRN_TEACHER_CURRICULUM teacher.curriculum: "converged" learns from a route, and a teacher makes one
      a curriculum without a teacher, such as supervised"
    `);
  });

  test('conditions that wait for each other, and for themselves', async () => {
    const round = {
      'conditions.kd.curriculum.epochs': { as: 'kd-restarts' },
      'conditions.kd-restarts.curriculum.restarts': { as: 'kd' },
    };
    expect(await failure(round)).toMatchInlineSnapshot(
      `"CAIRN_CONDITION_CYCLE conditions wait for each other: "kd" -> "kd-restarts" -> "kd""`,
    );
    expect(await failure({ 'conditions.kd.curriculum.epochs': { as: 'kd' } })).toMatchInlineSnapshot(
      `"CAIRN_CONDITION_CYCLE conditions wait for each other: "kd" -> "kd""`,
    );
  });
});
