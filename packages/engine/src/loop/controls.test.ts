/** The controls of a route, in real runs: where they must be the same as something else they are, to the bit. */
import { entropyMatched } from '@cairn/anchor-policy-entropy-matched';
import { equalEpochs } from '@cairn/anchor-policy-equal-epochs';
import { final } from '@cairn/anchor-policy-final';
import { foreignRoute } from '@cairn/anchor-policy-foreign-route';
import { listed } from '@cairn/anchor-policy-listed';
import { shuffled } from '@cairn/anchor-policy-shuffled';
import { snapshotEnsemble } from '@cairn/anchor-policy-snapshot-ensemble';
import type { PluginData } from '@cairn/core';
import { bestSingle } from '@cairn/curriculum-best-single';
import { converged } from '@cairn/curriculum-converged';
import { rco } from '@cairn/curriculum-rco';
import { kd } from '@cairn/loss-kd';
import { countCost } from '@cairn/nn';
import { failureOf } from '@cairn/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RunEnvironment, RunResult } from '../index.ts';
import { MemoryJournal, smallStudy, type SmallStudy } from '../test-support/small-study.ts';

let study: SmallStudy;
beforeAll(async () => {
  study = await smallStudy();
});

const follow = (anchorPolicy: PluginData<'anchor-policy'>, stages: 'multi' | 'one' = 'multi') =>
  rco({ loss: kd(), anchorPolicy, stages, stageEpochs: stages === 'multi' ? 1 : 3 });
const teach = (
  curriculum: PluginData<'curriculum'>,
  changes: Partial<RunEnvironment> = {},
): Promise<RunResult> => study.teach(study.studentSpec(curriculum), changes);
const weightsOf = async (curriculum: PluginData<'curriculum'>, changes: Partial<RunEnvironment> = {}) =>
  (await teach(curriculum, changes)).weightsSha256;
/** The run's own route as another teacher's. */
const own = () => ({
  foreign: { manifest: study.manifest, store: study.routes, model: study.teacherModel },
});

describe.each(['multi', 'one'] as const)('%s stages, the same to the bit', (stages) => {
  test('the ensemble of one anchor and that anchor; a shuffle of one and itself', async () => {
    const one = listed({ epochs: [2] });
    const expected = await weightsOf(follow(one, stages));
    expect(await weightsOf(follow(snapshotEnsemble({ of: one }), stages))).toBe(expected);
    expect(await weightsOf(follow(shuffled({ of: one }), stages))).toBe(expected);
  });

  test('the converged teacher matched to itself, and as it is', async () => {
    const expected = await weightsOf(follow(final(), stages));
    expect(await weightsOf(follow(entropyMatched({ of: final() }), stages))).toBe(expected);
  });

  test('anchors of another route that is the own one, and of the route', async () => {
    const anchors = equalEpochs({ anchors: 3 });
    const expected = await weightsOf(follow(anchors, stages));
    expect(await weightsOf(follow(foreignRoute({ of: anchors }), stages), own())).toBe(expected);
  });
});

describe('where something differs', () => {
  test('order, ensemble and temperature change the student', async () => {
    const of = equalEpochs({ anchors: 3 });
    const weights = [];
    for (const policy of [of, shuffled({ of }), snapshotEnsemble({ of }), entropyMatched({ of })]) {
      weights.push(await weightsOf(follow(policy)));
    }
    expect(new Set(weights).size).toBe(4);
  });

  test('a temperature softens the teacher to the entropy of the anchor; stages and journal say it', async () => {
    const journal = new MemoryJournal();
    const { stages } = await teach(follow(entropyMatched({ of: listed({ epochs: [1, 3] }) })), { journal });
    expect(stages.map(({ anchors }) => anchors)).toEqual([[12], [12]]);
    expect(stages[0]?.soften).toBeGreaterThan(0);
    expect(stages[1]?.soften).toBeUndefined();
    const switches = journal.records.flatMap((r) => (r.type === 'anchor' ? [r.numbers] : []));
    expect(switches[0]).toMatchObject({ matched: [4], temperature: stages[0]?.soften });
    const { target, entropy } = switches[0] ?? {};
    expect(Math.abs(Number(target) - Number(entropy))).toBeLessThan(1e-6);
  });

  test('another route is named with its hash; without one the run stops', async () => {
    const curriculum = follow(foreignRoute({ of: listed({ epochs: [1, 3] }) }));
    const journal = new MemoryJournal();
    const { stages } = await teach(curriculum, { journal, ...own() });
    expect(stages.map(({ route }) => route)).toEqual(['foreign', undefined]);
    const switches = journal.records.flatMap((r) => (r.type === 'anchor' ? [r] : []));
    expect(switches.map(({ reason, anchors }) => [reason, anchors[0]?.hash])).toEqual([
      ["1 of 2 listed: epoch 1; another teacher's", study.manifest.anchors[0].sha256],
      ['2 of 2 listed: epoch 3', study.manifest.anchors.at(-1)?.sha256],
    ]);
    expect(await failureOf(() => teach(curriculum))).toMatchInlineSnapshot(`
      "CAIRN_ROUTE_ABSENT stage "stage-1" has another teacher's route, but the run has none
      a curriculum that learns from it must say usesForeign"
    `);
  });

  test('an ensemble costs a pass of each anchor', async () => {
    const { cost } = await teach(follow(snapshotEnsemble({ of: listed({ epochs: [1, 3] }) })));
    const forward = countCost(study.registry.create(study.teacherModel).graph(study.splits.spec)).forward;
    // Two stages of an epoch of 128 images.
    expect(cost.teacher).toBe(2 * 2 * 128 * forward);
  });
});

describe('what a student has become by each stage', () => {
  test('is in the record and in the journal, on held-out samples', async () => {
    const journal = new MemoryJournal();
    const { stages, last } = await teach(follow(equalEpochs({ anchors: 2 })), { journal });
    const points = journal.records.flatMap((r) => (r.type === 'metrics' ? r.metrics : []));
    for (const name of ['top1', 'kl', 'agree1']) {
      const logged = points.filter(([key]) => key === `stage/${name}`);
      expect(logged.map(([, value]) => value)).toEqual(stages.map(({ metrics }) => metrics?.[`val/${name}`]));
      expect(logged.map(([, , epoch]) => epoch)).toEqual([1, 2]);
      expect(stages.at(-1)?.metrics?.[`val/${name}`]).toBe(last[`val/${name}`]);
    }
    expect(stages.some(({ metrics }) => metrics?.['test/top1'] !== undefined)).toBe(false);
  });
});

describe('the best single anchor', () => {
  const search = bestSingle({ loss: kd(), of: equalEpochs({ anchors: 3 }), searchEpochs: 1, epochs: 2 });

  test('trains as if there had been no search, and is charged for it', async () => {
    const { stages, cost, weightsSha256, epochs } = await teach(search);
    expect(stages.map(({ name }) => name)).toEqual(['search-1', 'search-2', 'stage-1']);
    const chosen = stages.at(-1)?.anchors[0] ?? NaN;
    const accuracy = stages.slice(0, 2).map(({ metrics }) => metrics?.['val/top1'] ?? NaN);
    expect(chosen).toBe(stages[accuracy.indexOf(Math.max(...accuracy))]?.anchors[0]);
    // The same weights as two epochs by that anchor from the start: order and augmentation begin anew.
    const alone = await teach(
      rco({ loss: kd(), anchorPolicy: listed({ epochs: [chosen / 4] }), stageEpochs: 2 }),
    );
    expect(weightsSha256).toBe(alone.weightsSha256);
    expect(epochs).toBe(4);
    expect([cost.student, cost.teacher]).toEqual([alone.cost.student, alone.cost.teacher]);
    // Two searches of an epoch are one training of two.
    expect(cost.search).toBe(alone.cost.student + alone.cost.teacher);
  });

  test('the best epoch on validation is one of the training, not of the search', async () => {
    const { best } = await teach(search);
    expect(best.epoch).toBeGreaterThan(2);
  });
});

test('fewer samples: a stratified part, the same for every student', async () => {
  const spec = { ...study.studentSpec(converged({ loss: kd() })), samples: 40 };
  const { cost, epochs } = await study.teach(spec);
  expect([cost.images, epochs]).toEqual([3 * 40, 3]);
  const all = await study.teach({ ...spec, samples: 1000 });
  expect(all.weightsSha256).toBe(await weightsOf(converged({ loss: kd() })));
});
