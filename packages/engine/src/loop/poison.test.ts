/** Poisoned labels show where labels flow: each must change what it may change, and nothing else. */
import { createRandom, MemoryStore, type JsonObject, type Split, type Splits } from '@cairn/core';
import { greedy } from '@cairn/anchor-policy-greedy';
import { converged } from '@cairn/curriculum-converged';
import { rco } from '@cairn/curriculum-rco';
import { supervised } from '@cairn/curriculum-supervised';
import { textures } from '@cairn/dataset-textures';
import { crossEntropy } from '@cairn/loss-cross-entropy';
import { kd } from '@cairn/loss-kd';
import { everyEpochs } from '@cairn/route-recorder-every-epochs';
import { RouteWriter } from '@cairn/route';
import { beforeAll, expect, test } from 'vitest';
import { smallStudy, type SmallStudy } from '../test-support/small-study.ts';
import { routeConfig } from '../plan/plan.ts';
import type { RunResult } from './types.ts';

let study: SmallStudy;
beforeAll(async () => {
  study = await smallStudy();
});

/** The same labels in another order, drawn. */
function shuffled({ labels, ...split }: Split): Split {
  const order = createRandom(7).at('poison', 0, 0).permutation(labels.length);
  return { ...split, labels: Int32Array.from(order, (i) => labels[i] ?? 0) };
}

/** Drawn labels that say nothing of the class: within each class every label comes equally often. */
function drawn({ labels, ...split }: Split, classes: number): Split {
  const random = Int32Array.from(labels);
  for (let k = 0; k < classes; k++) {
    const rows = [...labels.keys()].filter((row) => labels[row] === k);
    const order = createRandom(7).at('poison', 1, k).permutation(rows.length);
    rows.forEach((row, i) => (random[row] = (order[i] ?? 0) % classes));
  }
  return { ...split, labels: random };
}

/** Every class under the next one's name. */
function renamed({ labels, ...split }: Split, classes: number): Split {
  return { ...split, labels: labels.map((label) => (label + 1) % classes) };
}

const greedyRoute = (ceWeight: number) =>
  rco({ loss: kd({ ceWeight }), anchorPolicy: greedy({ anchors: 2, bootstrap: 100 }) });

const partOf = (result: RunResult, prefix: string) =>
  Object.fromEntries(Object.entries(result.last).filter(([key]) => key.startsWith(prefix)));

test('random test labels change the test metrics and nothing else', async () => {
  const spec = study.studentSpec(greedyRoute(0.1));
  const whole = await study.teach(spec);
  const splits: Splits = { ...study.splits, test: shuffled(study.splits.test) };
  const poisoned = await study.teach(spec, { splits });
  expect(poisoned.weightsSha256).toBe(whole.weightsSha256);
  expect(poisoned.stages).toEqual(whole.stages);
  expect(poisoned.best.epoch).toBe(whole.best.epoch);
  expect(partOf(poisoned, 'val/')).toEqual(partOf(whole, 'val/'));
  expect(poisoned.last['test/top1']).not.toBe(whole.last['test/top1']);
});

test('with a CE weight of 0 the labels of the training samples do not matter', async () => {
  const spec = study.studentSpec(converged({ loss: kd({ ceWeight: 0 }) }));
  // None held out: what is held out is chosen by class.
  const all = { ...spec, validation: { ...spec.validation, fraction: 0 } };
  const splits: Splits = { ...study.splits, train: shuffled(study.splits.train) };
  const [whole, poisoned] = [await study.teach(all), await study.teach(all, { splits })];
  expect(poisoned.weightsSha256).toBe(whole.weightsSha256);
  expect(poisoned.last).toEqual(whole.last);
  // They do matter where they have a weight.
  const plain = { ...all, curriculum: converged({ loss: kd() }) };
  expect((await study.teach(plain, { splits })).weightsSha256).not.toBe(
    (await study.teach(plain)).weightsSha256,
  );
});

test('with a CE weight of 0 a policy chooses without labels, and only the best epoch may change', async () => {
  const spec = study.studentSpec(greedyRoute(0), 2);
  const { classes } = study.splits.spec;
  const splits: Splits = { ...study.splits, train: renamed(study.splits.train, classes) };
  const [whole, poisoned] = [await study.teach(spec), await study.teach(spec, { splits })];
  expect(poisoned.weightsSha256).toBe(whole.weightsSha256);
  const lessons = ({ stages }: RunResult) => stages.map(({ anchors, sha256 }) => [anchors, sha256]);
  expect(lessons(poisoned)).toEqual(lessons(whole));
  expect(partOf(poisoned, 'test/')).toEqual(partOf(whole, 'test/'));
  expect(poisoned.last['val/top1']).not.toBe(whole.last['val/top1']);
});

test(
  'random training labels bring the teacher and all its students to chance',
  { timeout: 120_000 },
  async () => {
    const data = textures({
      size: 16,
      superclasses: 10,
      subclasses: 2,
      trainPerClass: 40,
      testPerClass: 30,
      difficulty: 0.3,
    });
    const { registry } = study;
    const open = () => registry.create(data).open({ files: () => Promise.reject(new Error('no files')) });
    const honest = await open();
    const taught = await accuracies(honest);
    const poisoned = await accuracies({ ...honest, train: drawn(honest.train, 20) });
    // 600 test images of 20 classes: chance is 5 %, and no more than twice that is chance.
    for (const top1 of Object.values(taught)) expect(top1).toBeGreaterThan(0.2);
    for (const top1 of Object.values(poisoned)) expect(top1).toBeLessThan(0.1);
  },
);

/** Test accuracy of a teacher trained on these splits, and of its students. */
async function accuracies(splits: Splits): Promise<Record<'teacher' | 'scratch' | 'kd', number>> {
  const plain = study.studentSpec(supervised({ loss: crossEntropy() }));
  const training = { ...plain.training, epochs: 8 };
  const spec = { ...plain, role: 'teacher', model: study.teacherModel, training } as const;
  const stepsPerEpoch = Math.ceil((splits.train.size * 0.8) / spec.batch);
  const routes = new MemoryStore('routes');
  const recorder = everyEpochs({ every: 4 });
  const description = {
    id: 'bbbbbbbbbbbbbbbb',
    stepsPerEpoch,
    totalSteps: 8 * stepsPerEpoch,
    config: JSON.parse(JSON.stringify(routeConfig(spec))) as JsonObject,
    dataset: splits.digest,
    seed: 1,
    code: 'test',
    numerics: 'test',
  };
  const writer = await RouteWriter.open(routes, description, recorder);
  const teacher = await study.teach(spec, { splits, record: { writer, recorder } });
  const manifest = await writer.finish();
  const route = { manifest, store: routes, model: study.teacherModel };
  const student = { ...plain, training };
  const scratch = await study.teach(student, { splits, route });
  const kdRun = await study.teach({ ...student, curriculum: converged({ loss: kd() }) }, { splits, route });
  const top1 = ({ last }: RunResult) => last['test/top1'] ?? NaN;
  return { teacher: top1(teacher), scratch: top1(scratch), kd: top1(kdRun) };
}
