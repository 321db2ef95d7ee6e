/** The cache of teachers' outputs changes no bit of any run: cold, warm, half-warm, off, killed in between. */
import { entropyMatched } from '@cairn/anchor-policy-entropy-matched';
import { equalEpochs } from '@cairn/anchor-policy-equal-epochs';
import { listed } from '@cairn/anchor-policy-listed';
import { MemoryStore, type PluginData } from '@cairn/core';
import { converged } from '@cairn/curriculum-converged';
import { rco } from '@cairn/curriculum-rco';
import { fidelity } from '@cairn/evaluator-fidelity';
import { topK } from '@cairn/evaluator-top-k';
import { kd } from '@cairn/loss-kd';
import { loadAnchor, OutputCache } from '@cairn/route';
import { placeFaults } from '@cairn/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { BatchMaker, disposeBatch } from '../data/batches.ts';
import { cacheIn, MemoryJournal, smallStudy, type SmallStudy } from '../test-support/small-study.ts';
import type { Lesson, RunEnvironment, RunResult, RunSpec } from './types.ts';

let study: SmallStudy;
beforeAll(async () => {
  study = await smallStudy();
});

const keepOutputs = () => true;
const plain = converged({ loss: kd() });
/** 4 steps an epoch, 3 epochs a stage. */
const two = converged({ loss: kd(), restarts: 2 });

function specOf(curriculum: PluginData<'curriculum'>, seed = 1, changes: Partial<RunSpec> = {}): RunSpec {
  return { ...study.studentSpec(curriculum, seed), ...changes };
}

/** A run without any cache. */
function alone(spec: RunSpec): Promise<RunResult> {
  return study.teach(spec, { cache: new OutputCache({ store: new MemoryStore('none'), limit: 0 }) });
}

/** What a run is, apart from its time and what the cache had for it. */
function bits({ seconds: _, reuse: __, ...rest }: RunResult): object {
  return rest;
}

const cachedOf = ({ reuse }: RunResult) => `${reuse?.cached} of ${reuse?.batches}`;

describe('a run with a cold, a warm and a half-warm cache is the run without one', () => {
  // Of the 4 batches of an epoch that is there one is asked for all the same; without augmentation a stage is one view.
  test.each<[string, Partial<RunSpec>, number]>([
    ['fresh views', {}, 18],
    ['a bank of two views', { augmentation: { views: 2, seed: 0 } }, 18],
    ['in half precision', { teacherOutputs: 'float16' }, 18],
    ['nothing augmented', { augmentations: [] }, 22],
  ])('%s', async (_, changes, cached) => {
    const spec = specOf(two, 1, changes);
    const whole = await alone(spec);
    const store = new MemoryStore('cache');
    const teach = () => study.teach(spec, { cache: cacheIn(store), keepOutputs });
    const cold = await teach();
    const warm = await teach();
    for (const file of (await store.list('')).filter((__, i) => i % 2 === 0)) await store.remove(file);
    const half = await teach();
    expect([cold, warm, half].map(bits)).toEqual([whole, whole, whole].map(bits));
    expect(cachedOf(warm)).toBe(`${cached} of 24`);
    expect(whole.reuse?.cached).toBe(0);
    // The method costs what it costs.
    expect(warm.cost).toEqual(whole.cost);
    expect(warm.reuse?.multiplyAdds).toBe((whole.cost.teacher * cached) / 24);
  });
});

test('the teacher is not asked about held-out rows that nobody compares on', async () => {
  const keptBy = async (evaluators: RunSpec['evaluators']): Promise<number> => {
    const store = new MemoryStore('cache');
    await study.teach(specOf(plain, 1, { evaluators }), { cache: cacheIn(store) });
    return (await store.list('')).length;
  };
  expect(await keptBy([topK()])).toBe(0);
  // Of the validation and of the test split.
  expect(await keptBy([topK(), fidelity()])).toBe(2);
});

test('half precision is another run, with the same cost', async () => {
  const [exact, rounded] = [
    await alone(specOf(plain)),
    await alone(specOf(plain, 1, { teacherOutputs: 'float16' })),
  ];
  expect(rounded.weightsSha256).not.toBe(exact.weightsSha256);
  expect(rounded.cost).toEqual(exact.cost);
});

test('conditions of one seed share what they see of an anchor in the same epoch', async () => {
  const cache = cacheIn(new MemoryStore('cache'));
  const shared = { cache, keepOutputs };
  expect(cachedOf(await study.teach(specOf(plain), shared))).toBe('0 of 12');
  expect(cachedOf(await study.teach(specOf(two), shared))).toBe('9 of 24');
  const route = rco({ loss: kd(), anchorPolicy: equalEpochs({ anchors: 2 }) });
  expect(cachedOf(await study.teach(specOf(route), shared))).toBe('9 of 24');
  // What softens an anchor comes after the cache.
  const soft = rco({
    loss: kd(),
    anchorPolicy: entropyMatched({ of: equalEpochs({ anchors: 2 }) }),
  });
  expect(cachedOf(await study.teach(specOf(soft), shared))).toBe('18 of 24');
  expect(cachedOf(await study.teach(specOf(plain, 2), shared))).toBe('0 of 12');
});

test('with a bank seeds and stages share too, whatever their order of rows', async () => {
  const cache = cacheIn(new MemoryStore('cache'));
  const bank = { augmentation: { views: 2, seed: 0 } };
  const runs = await Promise.all([1, 2].map((seed) => alone(specOf(two, seed, bank))));
  const first = await study.teach(specOf(two, 1, bank), { cache, keepOutputs });
  const second = await study.teach(specOf(two, 2, bank), { cache, keepOutputs });
  expect([first, second].map(bits)).toEqual(runs.map(bits));
  expect([first, second].map(cachedOf)).toEqual(['12 of 24', '18 of 24']);
  const other = specOf(two, 1, { augmentation: { views: 2, seed: 7 } });
  expect((await alone(other)).weightsSha256).not.toBe(first.weightsSha256);
});

test.each([
  ['whole epochs', 2, ['0 of 16', '12 of 16']],
  // Of three epochs the second belongs to both anchors, in halves.
  ['halves of epochs, which are not kept', 1.5, ['0 of 12', '6 of 12']],
])('stages of several anchors, %s', async (_, stageEpochs, counts) => {
  const spec = specOf(rco({ loss: kd(), anchorPolicy: listed({ epochs: [1, 3] }), stageEpochs }));
  const whole = await alone(spec);
  const cache = cacheIn(new MemoryStore('cache'));
  for (const cached of counts) {
    const run = await study.teach(spec, { cache, keepOutputs });
    expect([bits(run), cachedOf(run)]).toEqual([bits(whole), cached]);
  }
});

test('the run asks whether it is worth keeping, and the journal says what came from the cache', async () => {
  const asked: Lesson[] = [];
  const store = new MemoryStore('cache');
  const keep = (lesson: Lesson) => asked.push(lesson) === 2;
  const journal = new MemoryJournal();
  const before = await alone(specOf(plain));
  await study.teach(specOf(plain), { cache: cacheIn(store), keepOutputs: keep });
  await study.teach(specOf(plain), { cache: cacheIn(store), journal });
  const base = { routeId: study.manifest.id, anchors: [12], output: 'logits' };
  expect(asked).toEqual([1, 2, 3].map((epoch) => ({ ...base, view: { seed: 1, epoch } })));
  expect(journal.records.filter(({ type }) => type === 'tags').at(-1)).toEqual({
    type: 'tags',
    tags: { 'cairn.cached': '3 of 12 batches' },
  });
  const result = journal.records.find((record) => record.type === 'result')?.result;
  expect(bits(result as unknown as RunResult)).toEqual(bits(before));
});

test("what the teacher's executor says of a sample depends on no batch and no place in it", async () => {
  const graph = study.registry.create(study.teacherModel).graph(study.splits.spec);
  const network = study.backend.compile(graph, { taps: Object.keys(graph.taps), train: false });
  const weights = await loadAnchor(study.routes, study.manifest, 12);
  network.load({ weights, optimizer: {}, updates: 0 });
  const maker = new BatchMaker(study.splits.train, study.splits.spec.input);
  const { inputs, ...batch } = await maker.make(Int32Array.from({ length: 37 }, (_, i) => 3 * i));
  expect(await placeFaults(network, inputs, ['logits', ...Object.keys(graph.taps)])).toEqual([]);
  disposeBatch({ inputs, ...batch });
  network.dispose();
});

describe('killed in mid-epoch and gone on with', () => {
  /** Dies after so many steps, having saved its state after each. */
  const live = (spec: RunSpec, environment: Partial<RunEnvironment>, steps = Infinity) => {
    let done = 0;
    const breathe = async (): Promise<void> => {
      if (++done === steps) throw new Error('killed');
    };
    return study.teach(spec, { breathe, checkpointSeconds: 0, keepOutputs, ...environment });
  };

  test.each<[string, Partial<RunSpec>]>([
    ['fresh views', {}],
    ['a bank', { augmentation: { views: 2, seed: 0 } }],
  ])('%s', async (_, changes) => {
    const spec = specOf(plain, 1, changes);
    const whole = await alone(spec);
    for (const steps of [1, 4, 6]) {
      for (const warmth of ['cold', 'warm', 'lost'] as const) {
        const [store, files, journal] = [
          new MemoryStore('run'),
          new MemoryStore('cache'),
          new MemoryJournal(),
        ];
        if (warmth === 'warm') await live(spec, { cache: cacheIn(files) });
        const killed = live(spec, { store, journal, cache: cacheIn(files) }, steps);
        await expect(killed).rejects.toThrow('killed');
        if (warmth === 'lost') for (const file of await files.list('')) await files.remove(file);
        const again = await live(spec, { store, journal, cache: cacheIn(files) });
        expect([steps, warmth, bits(again)]).toEqual([steps, warmth, bits(whole)]);
      }
    }
  });
});
