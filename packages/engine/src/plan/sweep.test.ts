import { greedy } from '@cairn/anchor-policy-greedy';
import type { Overrides, OverrideValue, StudyFile } from '@cairn/core';
import { converged } from '@cairn/curriculum-converged';
import { rco } from '@cairn/curriculum-rco';
import { kd } from '@cairn/loss-kd';
import { failureOf } from '@cairn/testing';
import { describe, expect, test } from 'vitest';
import { resolveStudy } from '../index.ts';
import { declared, planOf, registry } from '../test-support/declared-study.ts';

/** rco-greedy with a control as long as it, and rco-eei with one that is shared. */
const study = {
  ...declared.study,
  conditions: {
    kd: { curriculum: converged({ loss: kd() }) },
    restarts: { curriculum: converged({ loss: kd(), restarts: 4 }) },
    'restarts-greedy': { curriculum: converged({ loss: kd(), restarts: { as: 'rco-greedy' } }) },
    'rco-greedy': {
      curriculum: rco({ loss: kd(), anchorPolicy: greedy() }),
      control: 'restarts-greedy',
    },
    'rco-eei': { ...declared.study.conditions['rco-eei'], control: 'restarts' },
  },
} as StudyFile['study'];

type Sweep = Readonly<Record<string, Readonly<Record<string, readonly OverrideValue[]>>>>;
const fileOf = (sweep: Sweep): StudyFile => ({
  ...declared,
  study: { ...study, sweep } as StudyFile['study'],
});
const swept = (sweep: Sweep, overrides: Overrides = {}) =>
  resolveStudy(fileOf(sweep), registry, 'default', overrides);
const failure = (sweep: Sweep) => failureOf(() => swept(sweep));
const added = (sweep: Sweep): readonly string[] =>
  Object.keys(swept(sweep).study.conditions).filter((name) => !Object.hasOwn(study.conditions, name));

describe('a sweep', () => {
  test('makes a condition of each value and keeps the shared control', () => {
    const { conditions } = swept({ 'rco-eei': { 'anchor-policy.anchors': [2, 6] } }).study;
    const points = ['rco-eei-anchors-2', 'rco-eei-anchors-6'].map((name) => conditions[name]);
    expect(points.map((point) => point?.control)).toEqual(['restarts', 'restarts']);
    expect(points.map((point) => point?.curriculum.options['anchorPolicy'])).toEqual(
      [2, 6].map((anchors) => ({ kind: 'anchor-policy', id: 'equal-epochs', options: { anchors } })),
    );
  });

  test('makes a grid of several, the last fastest', () => {
    expect(
      added({ 'rco-eei': { 'anchor-policy.anchors': [2, 3], 'curriculum.restartRate': [0.1, 0.5] } }),
    ).toEqual([
      'rco-eei-anchors-2-restart-rate-0.1',
      'rco-eei-anchors-2-restart-rate-0.5',
      'rco-eei-anchors-3-restart-rate-0.1',
      'rco-eei-anchors-3-restart-rate-0.5',
    ]);
  });

  test('multiplies a control that copies the condition, so that each point has one of its own length', async () => {
    const sweep = { 'rco-greedy': { 'anchor-policy.delta': [0.25, 0.4] } };
    const { conditions } = swept(sweep).study;
    expect(conditions['rco-greedy-delta-0.4']?.control).toBe('restarts-greedy-delta-0.4');
    expect(conditions['restarts-greedy-delta-0.4']?.curriculum.options['restarts']).toEqual({
      as: 'rco-greedy-delta-0.4',
    });
    const { runs } = await planOf({ file: fileOf(sweep) });
    const control = runs.find((r) => r.id === 'restarts-greedy-delta-0.4-t0-s0');
    expect(control?.copies).toEqual({ 'rco-greedy-delta-0.4': 'rco-greedy-delta-0.4-t0-s0' });
  });

  test('takes plugins, texts and truths as values', () => {
    const policies = [
      { kind: 'anchor-policy', id: 'final', options: {} },
      { kind: 'anchor-policy', id: 'greedy', options: { delta: 0.1 } },
    ] as const;
    expect(added({ 'rco-eei': { 'anchor-policy': policies } })).toEqual([
      'rco-eei-anchor-policy-final',
      'rco-eei-anchor-policy-greedy',
    ]);
    expect(added({ 'rco-greedy': { 'anchor-policy.anchors': ['unlimited'] } })[0]).toBe(
      'rco-greedy-anchors-unlimited',
    );
    expect(added({ 'rco-eei': { 'curriculum.restartRate': [1e-7] } })).toEqual([
      'rco-eei-restart-rate-1e-minus-7',
    ]);
  });

  test('a point that is the condition itself runs once, with its control', () => {
    const { study: resolved, notes } = swept({ 'rco-greedy': { 'anchor-policy.delta': [0.4, 0.8] } });
    expect(Object.keys(resolved.conditions).filter((name) => name.includes('0.8'))).toEqual([]);
    expect(notes).toEqual([
      'rco-greedy-delta-0.8 is now the same as rco-greedy and runs once',
      'restarts-greedy-delta-0.8 is now the same as restarts-greedy and runs once',
    ]);
  });

  test('starts from what the command line says', () => {
    const overrides = { 'anchor-policy.bootstrap': 200 };
    const { conditions } = swept({ 'rco-greedy': { 'anchor-policy.delta': [0.4] } }, overrides).study;
    expect(conditions['rco-greedy-delta-0.4']?.curriculum.options['anchorPolicy']).toMatchObject({
      options: { delta: 0.4, bootstrap: 200 },
    });
  });

  test('has points that options reach by their names, dots and all', async () => {
    const sweep = { 'rco-greedy': { 'anchor-policy.delta': [0.25, 0.4] } };
    const reached = swept(sweep, {
      'conditions.rco-greedy-delta-0.4.curriculum.anchor-policy.bootstrap': 200,
      'conditions.rco-greedy-delta-0.25.control': 'restarts',
      'conditions.kd.control': 'restarts',
    }).study.conditions;
    expect(reached['rco-greedy-delta-0.4']?.curriculum.options['anchorPolicy']).toMatchObject({
      options: { delta: 0.4, bootstrap: 200 },
    });
    expect(reached['rco-greedy-delta-0.25']).toMatchObject({ control: 'restarts' });
    expect(reached['kd']).toMatchObject({ control: 'restarts' });
    const far = { 'conditions.rco-greedy-delta-0.5.control': 'kd' };
    expect(await failureOf(() => swept(sweep, far))).toMatchInlineSnapshot(`
      "CAIRN_OPTION_UNKNOWN conditions.rco-greedy-delta-0.5.control: no such option
      "conditions.rco-greedy-delta-0.25"? known here: kd, restarts, restarts-greedy, rco-greedy, rco-eei, rco-greedy-delta-0.25, restarts-greedy-delta-0.25, rco-greedy-delta-0.4, restarts-greedy-delta-0.4"
    `);
    const wrong = { 'conditions.rco-greedy-delta-0.4.curriculm': 'rco' };
    expect(await failureOf(() => swept(sweep, wrong))).toMatchInlineSnapshot(`
      "CAIRN_OPTION_UNKNOWN conditions.rco-greedy-delta-0.4.curriculm: no such option
      "conditions.rco-greedy-delta-0.4.curriculum"? known here: curriculum, control"
    `);
  });

  test('has points that a profile reaches too', () => {
    const file = fileOf({ 'rco-eei': { 'anchor-policy.anchors': [2] } });
    const short = { 'conditions.rco-eei-anchors-2.curriculum.stage-epochs': 1 };
    const { study: resolved } = resolveStudy({ ...file, profiles: { short } }, registry, 'short', {});
    expect(resolved.conditions['rco-eei-anchors-2']?.curriculum.options['stageEpochs']).toBe(1);
  });

  test('is resolved once: the resolved study resolves to itself', () => {
    const { study: resolved } = swept({ 'rco-eei': { 'anchor-policy.anchors': [2, 6] } });
    expect(resolveStudy({ ...declared, study: resolved }, registry, 'default', {}).study).toEqual(resolved);
  });

  test('its points may be primary', () => {
    const contrast = { condition: 'rco-eei-anchors-2', against: 'kd', metric: 'test/kl' };
    const sweep = { 'rco-eei': { 'anchor-policy.anchors': [2] } };
    expect(swept(sweep, { primary: [contrast] }).study.primary).toEqual([contrast]);
  });
});

describe('a sweep is refused', () => {
  test('with the same point twice', async () => {
    expect(await failure({ 'rco-eei': { 'anchor-policy.anchors': [2, 3, 2] } })).toMatchInlineSnapshot(`
      "CAIRN_SWEEP_DUPLICATE sweep: "rco-eei-anchors-2" stands twice
      each combination of values once"
    `);
  });

  test('where two paths set one option', async () => {
    const paths = { 'anchor-policy.anchors': [2], 'curriculum.anchorPolicy.anchors': [3] };
    expect(await failure({ 'rco-eei': paths })).toMatchInlineSnapshot(`
      "CAIRN_SWEEP_CONFLICT sweep.rco-eei: "anchor-policy.anchors" and "curriculum.anchorPolicy.anchors" set the same option
      each option by one path"
    `);
    const replaced = { 'anchor-policy.delta': [0.1], 'anchor-policy': ['final'] };
    expect(await failure({ 'rco-greedy': replaced })).toMatchInlineSnapshot(`
      "CAIRN_SWEEP_CONFLICT sweep.rco-greedy: "anchor-policy.delta" and "anchor-policy" set the same option
      each option by one path"
    `);
  });

  test('of a condition, an option or a value that is not there', async () => {
    expect(await failure({ 'rco-egi': { 'anchor-policy.anchors': [2] } })).toMatchInlineSnapshot(`
      "CAIRN_CONDITION_UNKNOWN sweep: no condition "rco-egi"
      "rco-eei"? known: kd, restarts, restarts-greedy, rco-greedy, rco-eei"
    `);
    expect(await failure({ 'rco-eei': { 'curriculm.restartRate': [0.1] } })).toMatchInlineSnapshot(`
      "CAIRN_OPTION_UNKNOWN sweep.rco-eei: curriculm.restartRate: no such option
      "curriculum"? known here: curriculum, control"
    `);
    expect(await failure({ 'rco-eei': { 'anchor-policy.ankers': [2] } })).toMatchInlineSnapshot(`
      "CAIRN_OPTION_UNKNOWN conditions.rco-eei-ankers-2.curriculum.anchor-policy.ankers: no such option
      "anchors"? known: anchors"
    `);
    expect(await failure({ 'rco-eei': { 'anchor-policy.anchors': [] } })).toMatchInlineSnapshot(`
      "CAIRN_OPTION_INVALID sweep.rco-eei.anchor-policy.anchors: got []
      a list of at least 1"
    `);
  });
});

describe('primary contrasts', () => {
  const contrast = { condition: 'rco-eei', against: 'restarts', metric: 'test/top1', margin: 0.006 };
  const primary = (...all: object[]) => failureOf(() => swept({}, { primary: all as OverrideValue }));

  test('are part of the study, by the names that stay', () => {
    expect(swept({}, { primary: [contrast] }).study.primary).toEqual([contrast]);
    const overrides = {
      primary: [contrast, { ...contrast, condition: 'rco-greedy' }],
      'anchor-policy': 'final',
    };
    expect(swept({}, overrides).study.primary).toEqual([{ ...contrast, condition: 'rco-greedy' }]);
  });

  test('name conditions that are there, two different ones, each pair once in a metric', async () => {
    expect(await primary({ ...contrast, against: 'kd-restart' })).toMatchInlineSnapshot(`
      "CAIRN_CONDITION_UNKNOWN primary.0.against: no condition "kd-restart"
      "restarts"? known: kd, restarts, restarts-greedy, rco-greedy, rco-eei"
    `);
    expect(await primary({ ...contrast, against: 'rco-eei' })).toMatchInlineSnapshot(`
      "CAIRN_OPTION_INVALID primary.0.against: got "rco-eei"
      another condition than the one that is compared"
    `);
    expect(await primary(contrast, { ...contrast, margin: 0.01 })).toMatchInlineSnapshot(`
      "CAIRN_OPTION_INVALID primary: got [{"condition":"rco-eei","against":"restarts","metric":"test/top1","margin":0.006},{"condition":"rco-eei","against":"restarts","metric":"test/top1","margin":0.01}]
      each contrast once in a metric"
    `);
    expect(await primary({ ...contrast, metric: 'top1' })).toMatchInlineSnapshot(`
      "CAIRN_OPTION_INVALID primary.0.metric: got "top1"
      a metric with its phase, such as test/top1"
    `);
  });
});
