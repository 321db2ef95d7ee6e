/** A study of two runs as journals, for tests: made record by record, as a worker does. */
import { MemoryStore, sha256, type RunRecord, type Store } from '@cairn/core';
import { Journal } from '../journal.ts';
import type { RunSource, StudySource } from '../mlflow/source.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A run of two epochs, with all that a run tells. Times are whole milliseconds since 1970. */
export async function runRecords(
  store: Store,
  uid: string,
  condition: string,
): Promise<readonly RunRecord[]> {
  const outcomes = encode(`outcomes of ${uid}`);
  await store.write('artifacts/test-last.safetensors', outcomes);
  await store.write('weights/last.safetensors', encode(`weights of ${uid}`));
  await store.write('run.json', encode(JSON.stringify({ version: 1, uid })));
  const sha = 'c'.repeat(64);
  const weights = await sha256(`weights of ${uid}`);
  return [
    {
      type: 'run_start',
      uid,
      experiment: 'small',
      name: `${condition}-t0-s1`,
      startTime: 1_700_000_000_000,
      tags: {
        'cairn.study': 'small',
        'cairn.profile': 'default',
        'cairn.role': 'student',
        'cairn.condition': condition,
        'cairn.seed': '1',
        'cairn.command': 'cairn run small',
        'cairn.commit': 'a'.repeat(40),
      },
    },
    {
      type: 'params',
      params: { seed: '1', model: 'resnet', 'model.depth': '8', note: 'rés\n1', long: 'x'.repeat(6000) },
    },
    { type: 'dataset', name: 'textures', digest: sha, source: 'textures', context: 'train', rows: 90 },
    { type: 'dataset', name: 'textures', digest: sha, source: 'textures', context: 'val', rows: 10 },
    { type: 'dataset', name: 'textures', digest: sha, source: 'textures', context: 'test', rows: 50 },
    { type: 'anchor', anchors: [{ step: 10, hash: sha }], epoch: 0, reason: 'nearest | first', numbers: {} },
    metricsAt(1, 0.25),
    {
      type: 'anchor',
      anchors: [{ step: 20, hash: 'd'.repeat(64) }],
      epoch: 1,
      reason: 'reach 2',
      numbers: {},
    },
    metricsAt(2, NaN),
    { type: 'stage', stage: { name: 'part-1', steps: 20, epochs: 2, anchors: [10], sha256: weights } },
    { type: 'weights', role: 'last', epoch: 2, file: 'weights/last.safetensors', sha256: weights },
    {
      type: 'artifact',
      path: 'test-last.safetensors',
      file: 'artifacts/test-last.safetensors',
      sha256: await sha256(outcomes),
      bytes: outcomes.length,
    },
    {
      type: 'result',
      result: {
        last: { 'test/top1': 0.5, 'test/kl': 0.125 },
        best: { epoch: 1, metrics: { 'val/top1': 0.75 } },
        weightsSha256: weights,
        stages: [{ name: 'part-1', epochs: 2, anchors: [10], metrics: { 'val/top1': 0.75 } }],
        epochs: 2,
        cost: { images: 40, student: 3e12, teacher: 1e12, search: 0 },
        seconds: 12.5,
      },
    },
    { type: 'run_end', status: 'FINISHED', endTime: 1_700_000_100_000 },
  ];
}

function metricsAt(epoch: number, loss: number): RunRecord {
  const time = 1_700_000_000_000 + 1000 * epoch;
  return {
    type: 'metrics',
    metrics: [
      ['train/loss', loss, epoch, time],
      ['val/top1', epoch / 4, epoch, time],
      ['route/anchor', 10 * epoch, epoch, time],
    ],
  };
}

/** Writes records as a worker does; each line has its own time. */
export async function write(store: Store, records: readonly RunRecord[]): Promise<void> {
  let time = 1_700_000_000_000;
  const journal = await Journal.open(store, 'journal.jsonl', { now: () => (time += 1) });
  for (const record of records) journal.record(record);
  await journal.flush();
}

export const PARENT: readonly RunRecord[] = [
  {
    type: 'run_start',
    uid: 'parent',
    experiment: 'small',
    name: 'small default',
    startTime: 1_700_000_000_000,
    tags: { 'cairn.study': 'small', 'cairn.profile': 'default', 'cairn.role': 'study' },
  },
];

export interface SmallStudy {
  readonly root: MemoryStore;
  readonly source: StudySource;
  /** By the folder's name. */
  readonly stores: Readonly<Record<string, Store>>;
}

/** @param active whether the runs without an end have a process */
export function smallStudy(names: readonly string[], active: () => boolean = () => false): SmallStudy {
  const root = new MemoryStore();
  const stores = Object.fromEntries(names.map((name) => [name, root.at(name)]));
  const sourceOf = (name: string, store: Store): RunSource => ({
    name: `small/default/${name}`,
    store,
    active: async () => active(),
  });
  const source: StudySource = {
    experiment: 'small',
    parent: sourceOf('', root),
    runs: async () => Object.entries(stores).map(([name, store]) => sourceOf(name, store)),
  };
  return { root, source, stores };
}

/** A store of a study that is there: a parent and finished runs. */
export async function finishedStudy(names: readonly string[] = ['kd', 'rco']): Promise<SmallStudy> {
  const study = smallStudy(names);
  await write(study.root, [...PARENT, { type: 'run_end', status: 'FINISHED', endTime: 1_700_000_200_000 }]);
  for (const [name, store] of Object.entries(study.stores)) {
    await write(store, await runRecords(store, `uid-${name}`, name));
  }
  return study;
}
