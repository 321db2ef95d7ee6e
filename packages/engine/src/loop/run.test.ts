import { equalEpochs } from '@cairn/anchor-policy-equal-epochs';
import { final } from '@cairn/anchor-policy-final';
import { listed } from '@cairn/anchor-policy-listed';
import { MemoryStore } from '@cairn/core';
import { converged } from '@cairn/curriculum-converged';
import { rco } from '@cairn/curriculum-rco';
import { supervised } from '@cairn/curriculum-supervised';
import { crossEntropy } from '@cairn/loss-cross-entropy';
import { kd } from '@cairn/loss-kd';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { cacheIn, MemoryJournal, smallStudy, type SmallStudy } from '../test-support/small-study.ts';

let study: SmallStudy;
beforeAll(async () => {
  study = await smallStudy();
});

const hashOf = async (curriculum: Parameters<SmallStudy['studentSpec']>[0], seed = 1) =>
  (await study.teach(study.studentSpec(curriculum, seed))).weightsSha256;

describe('identities, bit for bit', () => {
  test('a route of n copies of the converged teacher under rco is kd-restarts', async () => {
    const copies = rco({ loss: kd(), anchorPolicy: listed({ epochs: [3, 3] }) });
    expect(await hashOf(copies)).toBe(await hashOf(converged({ loss: kd(), restarts: 2 })));
  });

  test('one-stage with one anchor is kd', async () => {
    const one = rco({ loss: kd(), anchorPolicy: final(), stages: 'one' });
    expect(await hashOf(one)).toBe(await hashOf(converged({ loss: kd() })));
  });

  test('the same run again has the same weights, another seed has not', async () => {
    const plain = converged({ loss: kd() });
    const first = await hashOf(plain);
    expect(await hashOf(plain)).toBe(first);
    expect(await hashOf(plain, 2)).not.toBe(first);
  });

  test('anchors matter: another route gives other weights', async () => {
    const early = rco({ loss: kd(), anchorPolicy: listed({ epochs: [1, 3] }) });
    expect(await hashOf(early)).not.toBe(await hashOf(converged({ loss: kd(), restarts: 2 })));
  });
});

describe('resume', () => {
  const curriculum = () => rco({ loss: kd(), anchorPolicy: equalEpochs({ anchors: 2 }) });

  test.each([1, 5, 12, 13])(
    'stopped after step %i and gone on with: same weights, same journal',
    async (stop) => {
      const undisturbed = new MemoryJournal();
      const whole = await study.teach(study.studentSpec(curriculum()), { journal: undisturbed });
      const store = new MemoryStore('run');
      const journal = new MemoryJournal();
      const controller = new AbortController();
      let steps = 0;
      const breathe = (): Promise<void> => {
        if (++steps === stop) controller.abort();
        return Promise.resolve();
      };
      const stopped = study.teach(study.studentSpec(curriculum()), {
        store,
        journal,
        signal: controller.signal,
        breathe,
      });
      await expect(stopped).rejects.toMatchObject({ code: 'CAIRN_INTERRUPTED' });
      const resumed = await study.teach(study.studentSpec(curriculum()), { store, journal });
      expect(resumed.weightsSha256).toBe(whole.weightsSha256);
      expect(resumed.stages).toEqual(whole.stages);
      expect(resumed.last).toEqual(whole.last);
      expect(resumed.best).toEqual(whole.best);
      expect(resumed.cost).toEqual(whole.cost);
      expect(journal.records.map((r) => r.type)).toEqual(undisturbed.records.map((r) => r.type));
    },
  );

  test('a damaged checkpoint is named and refused', async () => {
    const store = new MemoryStore('run');
    await store.write('checkpoint/state.safetensors', new Uint8Array(100));
    const spec = study.studentSpec(curriculum());
    await expect(study.teach(spec, { store })).rejects.toMatchObject({ code: 'CAIRN_CHECKPOINT_DAMAGED' });
  });
});

describe('what a run refuses', () => {
  test('a loss that is not finite stops it with step, parts and learning rate', async () => {
    const spec = study.studentSpec(supervised({ loss: crossEntropy() }));
    const wild = { ...spec.training, optimizer: { ...spec.training.optimizer, learningRate: 1e30 } };
    await expect(study.teach({ ...spec, training: wild })).rejects.toMatchObject({
      code: 'CAIRN_LOSS_DIVERGED',
      message: expect.stringMatching(/step \d+ \(epoch [\d.]+\): loss \S+, ce \S+; learning rate/) as string,
    });
  });

  test('an altered anchor', async () => {
    const anchor = study.manifest.anchors[0];
    const other = study.manifest.anchors.at(-1);
    const store = new MemoryStore('routes');
    for (const { file } of study.manifest.anchors) {
      const bytes = await study.routes.read(
        `${study.manifest.id}/${file === anchor.file ? other?.file : file}`,
      );
      if (bytes !== undefined) await store.write(`${study.manifest.id}/${file}`, bytes);
    }
    const curriculum = rco({ loss: kd(), anchorPolicy: listed({ epochs: [1, 3] }) });
    const route = { manifest: study.manifest, store, model: study.teacherModel };
    await expect(study.teach(study.studentSpec(curriculum), { route })).rejects.toMatchObject({
      code: 'CAIRN_ANCHOR_ALTERED',
    });
  });
});

test('a damaged cache of teacher outputs is made anew, and that is said', async () => {
  const store = new MemoryStore('cache');
  const notes: string[] = [];
  const cache = cacheIn(store, (text) => void notes.push(text));
  const spec = study.studentSpec(converged({ loss: kd() }));
  const first = await study.teach(spec, { cache });
  const [file = '', other] = await store.list('');
  const whole = (await store.read(file)) ?? new Uint8Array();
  expect([other !== undefined, notes]).toEqual([true, []]);
  await store.write(
    file,
    whole.map((byte, i) => (i === whole.length - 3 ? byte ^ 1 : byte)),
  );
  expect((await study.teach(spec, { cache })).last).toEqual(first.last);
  expect(notes).toEqual([`cached teacher outputs are damaged, computed anew: cache/${file}`]);
  expect(await store.read(file)).toEqual(whole);
});

test('a run leaves no tensors behind', async () => {
  const before = tf.memory().numTensors;
  await hashOf(converged({ loss: kd() }));
  expect(tf.memory().numTensors).toBe(before);
});

test('the route holds one anchor an epoch, the last one converged, with its accuracy', () => {
  expect(study.manifest.anchors.map((a) => a.epoch)).toEqual([1, 2, 3]);
  expect(study.manifest.anchors.at(-1)?.metrics['val/top1']).toBeGreaterThan(0.2);
});
