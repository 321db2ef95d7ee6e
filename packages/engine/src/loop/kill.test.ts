/** Runs that are killed without a word, with the real journal: what was not saved is done again, bit for bit. */
import { greedy } from '@cairn/anchor-policy-greedy';
import { MemoryStore, type RunRecord } from '@cairn/core';
import { rco } from '@cairn/curriculum-rco';
import { supervised } from '@cairn/curriculum-supervised';
import { crossEntropy } from '@cairn/loss-cross-entropy';
import { kd } from '@cairn/loss-kd';
import { RouteWriter } from '@cairn/route';
import { everyEpochs } from '@cairn/route-recorder-every-epochs';
import { Journal, loadJournal } from '@cairn/tracking';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RunEnvironment, RunResult, RunSpec } from '../index.ts';
import { smallStudy, type SmallStudy } from '../test-support/small-study.ts';

let study: SmallStudy;
beforeAll(async () => {
  study = await smallStudy();
});

const header: readonly RunRecord[] = [
  { type: 'run_start', uid: 'run', experiment: 'e', name: 'n', startTime: 0, tags: {} },
  { type: 'params', params: { seed: '1' } },
];

/** One process: it opens the journal that is there, and dies after so many steps. */
async function live(
  spec: RunSpec,
  store: MemoryStore,
  { steps, ...environment }: Partial<RunEnvironment> & { readonly steps?: number },
): Promise<RunResult> {
  let done = 0;
  const breathe = async (): Promise<void> => {
    if (++done === steps) throw new Error('killed');
  };
  const journal = await Journal.open(store, 'journal.jsonl');
  return study.teach(spec, { store, journal, header, breathe, ...environment });
}

/** What stays of a run: weights, stages, metrics, costs; not the time it took, nor what the cache had. */
async function trace(result: RunResult, store: MemoryStore): Promise<object> {
  const view = await loadJournal(store, 'journal.jsonl');
  const { seconds: _, reuse: __, ...rest } = result;
  const metrics = [...(view?.metrics ?? [])].map(([key, samples]) => [
    key,
    samples.map(({ value, step }) => [step, value]),
  ]);
  const { anchors, weights, end, records } = view ?? {};
  return { ...rest, metrics, anchors, weights, end: end?.status, records };
}

describe.each([
  ['saved at the ends of stages', 1e9],
  ['saved at every step', 0],
])('%s', (_, checkpointSeconds) => {
  test.each([1, 9, 12, 13])('killed after step %i', async (steps) => {
    const curriculum = rco({ loss: kd(), anchorPolicy: greedy({ anchors: 2 }) });
    const spec = study.studentSpec(curriculum);
    const undisturbed = new MemoryStore('run');
    const whole = await live(spec, undisturbed, { checkpointSeconds });
    const store = new MemoryStore('run');
    await expect(live(spec, store, { checkpointSeconds, steps })).rejects.toThrow('killed');
    const again = await live(spec, store, { checkpointSeconds });
    expect(await trace(again, store)).toEqual(await trace(whole, undisturbed));
  });
});

test('one-stage with a policy that looks at the student, killed in every part', async () => {
  const curriculum = rco({ loss: kd(), anchorPolicy: greedy({ anchors: 3 }), stages: 'one', stageEpochs: 5 });
  const spec = study.studentSpec(curriculum);
  const undisturbed = new MemoryStore('run');
  const whole = await live(spec, undisturbed, {});
  const store = new MemoryStore('run');
  // Parts of 8, 4 and 8 steps; each process comes as far as the middle of the next part.
  for (const steps of [10, 6, 7]) {
    await expect(live(spec, store, { steps })).rejects.toThrow('killed');
  }
  const again = await live(spec, store, {});
  expect(again.stages.map(({ steps }) => steps)).toEqual([8, 4, 8]);
  expect(await trace(again, store)).toEqual(await trace(whole, undisturbed));
});

test('a teacher that is killed records the same route', async () => {
  const recorder = everyEpochs({ every: 1 });
  const spec: RunSpec = { ...study.studentSpec(supervised({ loss: crossEntropy() })), role: 'teacher' };
  const record = async (kills: readonly number[]) => {
    const [routes, store] = [new MemoryStore('routes'), new MemoryStore('teacher')];
    const route = { id: 'cccccccc', stepsPerEpoch: 4, totalSteps: 12, config: {}, dataset: '' };
    const open = () => RouteWriter.open(routes, { ...route, seed: 0, code: '', numerics: '' }, recorder);
    for (const steps of kills) {
      const writer = await open();
      const killed = live(spec, store, { steps, checkpointSeconds: 0, record: { writer, recorder } });
      await expect(killed).rejects.toThrow('killed');
    }
    const writer = await open();
    await live(spec, store, { record: { writer, recorder } });
    return writer.finish();
  };
  expect(await record([3, 3, 3])).toEqual(await record([]));
});
