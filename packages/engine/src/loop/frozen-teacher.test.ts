/** A backend that trains what is frozen: the engine must notice and refuse the run. */
import { MemoryStore, type Backend, type Network } from '@cairn/core';
import { converged } from '@cairn/curriculum-converged';
import { kd } from '@cairn/loss-kd';
import { rco } from '@cairn/curriculum-rco';
import { listed } from '@cairn/anchor-policy-listed';
import { failureOf } from '@cairn/testing';
import { beforeAll, expect, test } from 'vitest';
import { MemoryJournal, smallStudy, type SmallStudy } from '../test-support/small-study.ts';

let study: SmallStudy;
beforeAll(async () => {
  study = await smallStudy();
});

/** Adds to one number of one array when a frozen network infers for the n-th time. */
function disturbed(name: string, at: number): Backend {
  const { backend } = study;
  let passes = 0;
  const disturb = async (network: Network): Promise<void> => {
    if (++passes !== at) return;
    const state = await network.save();
    const array = state.weights[name];
    if (array?.dtype !== 'float32') throw new TypeError(`no array ${name}`);
    array.data[0] = (array.data[0] ?? 0) + 1e-6;
    network.load(state);
  };
  return {
    id: backend.id,
    activate: (options) => backend.activate(options),
    compile(graph, use) {
      const network = backend.compile(graph, use);
      if (use.train || use.taps.length === 0) return network;
      const infer: Network['infer'] = async (inputs) => {
        const outputs = await network.infer(inputs);
        await disturb(network);
        return outputs;
      };
      return new Proxy(network, {
        get: (target, key) => {
          if (key === 'infer') return infer;
          const member: unknown = Reflect.get(target, key, target);
          return typeof member === 'function' ? (member.bind(target) as unknown) : member;
        },
      });
    },
  };
}

test.each(['conv1.weight', 'bn1.running_mean'])('a teacher whose %s moves in mid-stage', async (name) => {
  const journal = new MemoryJournal();
  const store = new MemoryStore('run');
  const spec = study.studentSpec(converged({ loss: kd() }));
  const text = await failureOf(() => study.teach(spec, { backend: disturbed(name, 5), journal, store }));
  expect(text.replace(/[0-9a-f]{64}/g, '<hash>')).toMatchInlineSnapshot(`
    "CAIRN_WEIGHTS_MOVED anchor 12 of route aaaaaaaaaaaaaaaa: its weights have moved: expected <hash>, found <hash>
    a fault in the backend or in a plugin that trains what is frozen: do not use what this run produced"
  `);
  // What it was taught by then is no result.
  expect(journal.records.filter(({ type }) => type === 'stage' || type === 'result')).toEqual([]);
  expect(await store.list('weights')).not.toContain('last.safetensors');
});

test('it is noticed in the stage where it happens', async () => {
  const journal = new MemoryJournal();
  const spec = study.studentSpec(rco({ loss: kd(), anchorPolicy: listed({ epochs: [1, 3] }) }));
  // 12 steps a stage: the 15th pass is in the second.
  const moved = study.teach(spec, { backend: disturbed('conv1.weight', 15), journal });
  await expect(moved).rejects.toMatchObject({ code: 'CAIRN_WEIGHTS_MOVED' });
  expect(journal.records.filter(({ type }) => type === 'stage')).toHaveLength(1);
});

test('a backend that does nothing of the kind passes', async () => {
  const spec = study.studentSpec(converged({ loss: kd() }));
  const undisturbed = await study.teach(spec, { backend: disturbed('conv1.weight', 1000) });
  expect(undisturbed.weightsSha256).toBe((await study.teach(spec)).weightsSha256);
});
