/** What stages, schedules and optimisers do in a real run. */
import { equalEpochs } from '@cairn/anchor-policy-equal-epochs';
import { greedy } from '@cairn/anchor-policy-greedy';
import { listed } from '@cairn/anchor-policy-listed';
import { MemoryStore, optimizerRule, schedule, type PluginData } from '@cairn/core';
import { converged } from '@cairn/curriculum-converged';
import { rco } from '@cairn/curriculum-rco';
import { supervised } from '@cairn/curriculum-supervised';
import { crossEntropy } from '@cairn/loss-cross-entropy';
import { kd } from '@cairn/loss-kd';
import { countCost } from '@cairn/nn';
import { failureOf } from '@cairn/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RunEnvironment, RunResult, RunSpec } from '../index.ts';
import { cacheIn, MemoryJournal, smallStudy, type SmallStudy } from '../test-support/small-study.ts';

let study: SmallStudy;
beforeAll(async () => {
  study = await smallStudy();
});

interface Changes {
  readonly epochs?: number;
  readonly optimizer?: object;
  readonly schedule?: object;
}

function specOf(curriculum: PluginData<'curriculum'>, changes: Changes = {}): RunSpec {
  const spec = study.studentSpec(curriculum);
  const { epochs = spec.training.epochs } = changes;
  const optimizer = optimizerRule.parse(changes.optimizer ?? spec.training.optimizer);
  const rule = schedule.parse(changes.schedule ?? spec.training.schedule);
  return { ...spec, training: { epochs, optimizer, schedule: rule } };
}

/** A run's result, and one metric by epoch. */
async function trained(
  spec: RunSpec,
  environment: Partial<RunEnvironment> = {},
): Promise<{ readonly result: RunResult; readonly by: (key: string) => readonly number[] }> {
  const journal = new MemoryJournal();
  const result = await study.teach(spec, { journal, ...environment });
  const points = journal.records.flatMap((r) => (r.type === 'metrics' ? r.metrics : []));
  return { result, by: (key) => points.filter(([name]) => name === key).map(([, value]) => value) };
}

describe('one-stage: epoch e of E has anchor ceil(e·n/E)', () => {
  test.each([
    [6, [1, 2, 3], [1, 1, 2, 2, 3, 3]],
    [5, [1, 2, 3], [1, 2, 2, 3, 3]],
    [4, [1, 3], [1, 1, 3, 3]],
  ])('%i epochs, anchors %j', async (epochs, anchors, expected) => {
    const curriculum = rco({ loss: kd(), anchorPolicy: listed({ epochs: anchors }), stages: 'one' });
    const { by, result } = await trained(specOf(curriculum, { epochs }));
    expect(by('route/anchor')).toEqual(expected);
    // One cosine over all: no restart at a switch. The rate of the last of the 4 steps of each epoch.
    const rates = expected.map(
      (_, e) => 0.025 * (1 + Math.cos((Math.PI * (4 * (e + 1) - 1)) / (4 * epochs))),
    );
    by('opt/lr').forEach((rate, e) => expect(rate).toBeCloseTo(rates[e] ?? NaN, 12));
    expect(result.epochs).toBe(epochs);
  });

  test('a policy that looks at the student is asked as often as its anchors need, the last share is kept', async () => {
    const curriculum = rco({ loss: kd(), anchorPolicy: greedy({ anchors: 3 }), stages: 'one' });
    const { by, result } = await trained(specOf(curriculum, { epochs: 6 }));
    // 70 % of 6 epochs is 4: two questions, then the converged teacher.
    expect(result.stages.map(({ epochs }) => epochs)).toEqual([2, 2, 2]);
    expect(by('route/anchor').slice(-2)).toEqual([3, 3]);
  });
});

describe('schedules', () => {
  test('multi-stage starts the whole schedule again in every stage', async () => {
    const curriculum = rco({
      loss: kd(),
      anchorPolicy: equalEpochs({ anchors: 2 }),
      stageEpochs: 1,
      restartRate: 0.5,
    });
    const { by } = await trained(specOf(curriculum, { schedule: { name: 'step', at: [{ fraction: 0.5 }] } }));
    const rates = by('opt/lr');
    expect(rates[0]).toBeCloseTo(0.05 * 0.1, 12);
    expect(rates[1]).toBeCloseTo(0.05 * 0.5 * 0.1, 12);
  });

  test('warm restarts: every period is another cosine', async () => {
    const changes = { epochs: 3, schedule: { name: 'warm-restarts', period: '6st' } };
    const { by, result } = await trained(specOf(converged({ loss: kd() }), changes));
    // Steps 4, 8, 12 are places 3, 1, 5 of their periods of 6.
    const expected = [3, 1, 5].map((place) => 0.025 * (1 + Math.cos((Math.PI * place) / 6)));
    by('opt/lr').forEach((rate, i) => expect(rate).toBeCloseTo(expected[i] ?? NaN, 12));
    expect(result.epochs).toBe(3);
  });
});

describe('AdamW', () => {
  const adamw = { optimizer: { name: 'adamw', learningRate: 0.01 }, epochs: 2 };

  test('trains: the loss falls', async () => {
    const { by } = await trained(specOf(supervised({ loss: crossEntropy() }), { ...adamw, epochs: 4 }));
    const losses = by('train/loss');
    expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
  });

  test.each([3, 8, 10])(
    'stopped after step %i of two stages and gone on with: the same weights',
    async (stop) => {
      const spec = specOf(converged({ loss: kd(), restarts: 2 }), adamw);
      const { result: whole } = await trained(spec);
      const [store, journal, controller] = [
        new MemoryStore('run'),
        new MemoryJournal(),
        new AbortController(),
      ];
      let steps = 0;
      const breathe = (): Promise<void> => {
        if (++steps === stop) controller.abort();
        return Promise.resolve();
      };
      const { signal } = controller;
      await expect(study.teach(spec, { store, journal, breathe, signal })).rejects.toMatchObject({
        code: 'CAIRN_INTERRUPTED',
      });
      const resumed = await study.teach(spec, { store, journal });
      expect(resumed.weightsSha256).toBe(whole.weightsSha256);
    },
  );
});

describe('cost, in multiply-adds', () => {
  const forward = (model: PluginData<'model'>): number =>
    countCost(study.registry.create(model).graph(study.splits.spec)).forward;
  /** Of 160 rows 32 are held out: 128 images an epoch, a probe of 32. */
  const [images, probe] = [128, 32];

  test('labels: three forward passes of the student an image', async () => {
    const spec = specOf(supervised({ loss: crossEntropy() }), { epochs: 2 });
    const { result } = await trained(spec);
    const student = 3 * 2 * images * forward(spec.model);
    expect(result.cost).toEqual({ images: 2 * images, student, teacher: 0, search: 0 });
  });

  test('distillation: one of the teacher besides', async () => {
    const spec = specOf(converged({ loss: kd(), restarts: 2 }), { epochs: 1.5 });
    const { result } = await trained(spec);
    // 1.5 epochs of 4 steps of 32 images, twice.
    const seen = 2 * 6 * 32;
    const student = 3 * seen * forward(spec.model);
    const teacher = seen * forward(study.teacherModel);
    expect(result.cost).toEqual({ images: seen, student, teacher, search: 0 });
  });

  test('a search: every anchor once, the student at each question', async () => {
    const spec = specOf(rco({ loss: kd(), anchorPolicy: greedy({ anchors: 3 }), stageEpochs: 1 }));
    const { result } = await trained(spec);
    const { stages, cost } = result;
    const student = 3 * stages.length * images * forward(spec.model);
    const teacher = stages.length * images * forward(study.teacherModel);
    // The question after the converged teacher needs no look.
    const search = probe * (3 * forward(study.teacherModel) + stages.length * forward(spec.model));
    expect(stages.at(-1)?.anchors).toEqual([12]);
    expect(cost).toEqual({ images: stages.length * images, student, teacher, search });
  });

  test('a search costs the same where another run has left its outputs', async () => {
    const spec = specOf(rco({ loss: kd(), anchorPolicy: greedy({ anchors: 2 }), stageEpochs: 1 }));
    const cache = cacheIn(new MemoryStore('cache'));
    const first = await trained(spec, { cache });
    const second = await trained(spec, { cache });
    expect(second.result.cost).toEqual(first.result.cost);
    expect(second.result.weightsSha256).toBe(first.result.weightsSha256);
  });
});

describe('what a run refuses', () => {
  test('a stage that is shorter than a step', async () => {
    const spec = specOf(converged({ loss: kd() }), { epochs: 0.1 });
    expect(await failureOf(() => trained(spec))).toMatchInlineSnapshot(`
      "CAIRN_STAGE_EMPTY stage "stage-1" is shorter than a step: 0.1ep at 4 steps an epoch
      more epochs, fewer stages or a smaller batch"
    `);
  });

  test('a policy that looks at the student where nothing is held out', async () => {
    const spec = specOf(rco({ loss: kd(), anchorPolicy: greedy() }));
    const bare = { ...spec, validation: { ...spec.validation, fraction: 0 } };
    expect(await failureOf(() => trained(bare))).toMatchInlineSnapshot(`
      "CAIRN_PROBE_EMPTY the anchor policy looks at held-out samples, and there are none
      validation.fraction above 0, or a policy that plans from the route alone"
    `);
  });
});
