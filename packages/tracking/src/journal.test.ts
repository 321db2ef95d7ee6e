import { CairnError, MemoryStore, type RunRecord, type Store } from '@cairn/core';
import { expect, test } from 'vitest';
import { Journal } from './journal.ts';
import { type JournalView, loadJournal, readJournal } from './journal-view.ts';

const PATH = 'journal.jsonl';
const now = (): number => 1000;
const hash = 'ab'.repeat(32);

/** What a small run tells, twice flushed. */
const run: readonly RunRecord[] = [
  {
    type: 'run_start',
    uid: 'u1',
    experiment: 'e',
    name: 'rco-s1',
    startTime: 1,
    tags: { 'cairn.seed': '1' },
  },
  { type: 'params', params: { seed: '1', 'student.model': 'rés\n1' } },
  { type: 'dataset', name: 'textures', digest: hash, source: 'made', context: 'train', rows: 64 },
  { type: 'anchor', anchors: [{ step: 10, hash }], epoch: 1, reason: 'δ', numbers: { kl: [0.5, NaN] } },
  {
    type: 'metrics',
    metrics: [
      ['train/loss', 2.5, 1, 7],
      ['val/loss', Infinity, 1, 8],
    ],
  },
  { type: 'weights', role: 'last', epoch: 1, file: 'weights/last.safetensors', sha256: hash },
  { type: 'metrics', metrics: [['train/loss', NaN, 2, 9]] },
  { type: 'stage', stage: { name: 'anchor 10', kl: -Infinity } },
  { type: 'artifact', path: 'config.json', file: 'artifacts/config.json', sha256: hash, bytes: 12 },
  { type: 'tags', tags: { 'cairn.status': 'done', 'cairn.seed': '2' } },
  { type: 'result', result: { 'test/top1': 0.5 } },
];
const END: RunRecord = { type: 'run_end', status: 'FINISHED', endTime: 99 };

/** Goes on with the run as an engine does: from the saved count, flushing now and then. */
async function goOn(store: Store, from: number): Promise<Journal> {
  const journal = await Journal.open(store, PATH, { now });
  journal.rewindTo(from);
  for (const record of run.slice(from)) {
    journal.record(record);
    if (record.type === 'metrics') await journal.flush();
  }
  journal.record(END);
  await journal.flush();
  return journal;
}

async function viewIn(store: Store): Promise<JournalView> {
  const view = await loadJournal(store, PATH);
  if (view === undefined) throw new Error('no journal');
  return view;
}

const withoutResumes = ({ resumes: _, ...view }: JournalView): Omit<JournalView, 'resumes'> => view;

async function bytesIn(store: Store): Promise<Uint8Array> {
  return (await store.read(PATH)) ?? new Uint8Array();
}

async function failure(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (error instanceof CairnError) return [error.code, error.message, ...error.fix].join('\n');
    throw error;
  }
  throw new Error('no failure');
}

test('what is recorded is read: one line each, numbers kept', async () => {
  const store = new MemoryStore();
  const journal = await goOn(store, 0);
  expect(journal.position).toBe(run.length);
  expect(
    new TextDecoder()
      .decode(await bytesIn(store))
      .split('\n')
      .slice(3, 7),
  ).toMatchInlineSnapshot(`
    [
      "{"v":2,"t":1000,"type":"anchor","anchors":[{"step":10,"hash":"abababababababababababababababababababababababababababababababab"}],"epoch":1,"reason":"δ","numbers":{"kl":[0.5,"NaN"]}}",
      "{"v":2,"t":1000,"type":"metrics","metrics":[["train/loss",2.5,1,7],["val/loss","Infinity",1,8]]}",
      "{"v":2,"t":1000,"type":"weights","role":"last","epoch":1,"file":"weights/last.safetensors","sha256":"abababababababababababababababababababababababababababababababab"}",
      "{"v":2,"t":1000,"type":"metrics","metrics":[["train/loss","NaN",2,9]]}",
    ]
  `);
  const view = await viewIn(store);
  expect(view.start).toEqual(run[0]);
  expect(view.end).toEqual(END);
  expect(view.params).toEqual({ seed: '1', 'student.model': 'rés\n1' });
  expect(view.tags).toEqual({ 'cairn.seed': '2', 'cairn.status': 'done' });
  expect([...view.metrics]).toEqual([
    [
      'train/loss',
      [
        { value: 2.5, step: 1, time: 7 },
        { value: NaN, step: 2, time: 9 },
      ],
    ],
    ['val/loss', [{ value: Infinity, step: 1, time: 8 }]],
  ]);
  expect(view.anchors).toEqual([run[3]]);
  expect(view.stages).toEqual([{ name: 'anchor 10', kl: -Infinity }]);
  expect([view.datasets, view.weights, view.artifacts]).toEqual([[run[2]], [run[5]], [run[8]]]);
  expect(view.results).toEqual([{ 'test/top1': 0.5 }]);
  expect(view).toMatchObject({ records: run.length, resumes: [], unknown: [], tornBytes: 0 });
  expect(await loadJournal(store, 'elsewhere')).toBeUndefined();
});

test('killed at any byte, the run goes on and its records are those of a run that was never killed', async () => {
  const whole = new MemoryStore();
  await goOn(whole, 0);
  const bytes = await bytesIn(whole);
  const expected = withoutResumes(await viewIn(whole));
  for (let cut = 0; cut <= bytes.length; cut++) {
    const { records } = readJournal(bytes.subarray(0, cut), PATH);
    for (const saved of new Set([0, Math.floor(records / 2), records])) {
      const store = new MemoryStore();
      await store.write(PATH, bytes.subarray(0, cut));
      await goOn(store, saved);
      const view = await viewIn(store);
      expect(withoutResumes(view)).toEqual(expected);
      expect(view.resumes).toEqual(
        bytes.lastIndexOf(10, cut - 1) < 0 || cut === 0 ? [] : [{ time: 1000, records: saved }],
      );
    }
  }
});

test('a run killed again while it repeats records goes on as well', async () => {
  const whole = new MemoryStore();
  await goOn(whole, 0);
  const store = new MemoryStore();
  await store.write(PATH, (await bytesIn(whole)).subarray(0, 900));
  const first = await Journal.open(store, PATH, { now });
  first.rewindTo(1);
  first.record(run[1] as RunRecord);
  first.record({ type: 'run_end', status: 'KILLED', endTime: 5 });
  await first.flush();
  expect((await viewIn(store)).end?.status).toBe('KILLED');
  expect(first.position).toBe(2);
  const second = await Journal.open(store, PATH, { now });
  second.rewindTo(first.position);
  await second.flush();
  expect((await viewIn(store)).end).toBeUndefined();
  await goOn(store, 2);
  const view = await viewIn(store);
  expect(withoutResumes(view)).toEqual(withoutResumes(await viewIn(whole)));
  expect(view.resumes.map((r) => r.records)).toEqual([1, 2, 2]);
});

test('without rewinding, records go on after those that exist', async () => {
  const store = new MemoryStore();
  const journal = await Journal.open(store, PATH, { now });
  journal.record(run[0] as RunRecord);
  await Promise.all([journal.flush(), journal.flush()]);
  const again = await Journal.open(store, PATH, { now });
  expect(again.existing.start).toEqual(run[0]);
  again.record({ type: 'run_end', status: 'FAILED', endTime: 2 });
  await again.flush();
  expect(await viewIn(store)).toMatchObject({ records: 1, end: { status: 'FAILED' }, resumes: [] });
});

test('a run that repeats itself otherwise is refused', async () => {
  const store = new MemoryStore();
  await goOn(store, 0);
  const journal = await Journal.open(store, PATH, { now });
  journal.rewindTo(4);
  expect(await failure(() => journal.record({ type: 'metrics', metrics: [['train/loss', 2.5, 2, 7]] })))
    .toMatchInlineSnapshot(`
    "CAIRN_JOURNAL_REPLAY
    journal memory/journal.jsonl, record 5: the run now gives metrics train/loss@2, before it gave metrics train/loss@1 val/loss@1
    the same study, code and data repeat a run: one of them has changed since it began
    go back to them, or delete the run's folder: the run then begins anew"
  `);
});

test('a state saved after records that are gone is refused', async () => {
  const store = new MemoryStore();
  await goOn(store, 0);
  const journal = await Journal.open(store, PATH, { now });
  expect(await failure(() => journal.rewindTo(12))).toMatchInlineSnapshot(`
    "CAIRN_JOURNAL_SHORT
    journal memory/journal.jsonl: has 11 records, the saved state was made after 12
    restore it from a copy, or delete the run's folder: the run then begins anew"
  `);
  journal.rewindTo(11);
  expect(() => journal.rewindTo(11)).toThrow('before any record');
});

test('newer versions and damaged lines are named; unknown types are kept', async () => {
  const store = new MemoryStore('runs/a');
  const open = (): Promise<Journal> => Journal.open(store, PATH);
  await store.append(PATH, '{"v":1,"t":5,"type":"hologram","depth":3}\n');
  expect((await open()).existing).toMatchObject({
    records: 1,
    unknown: [{ type: 'hologram', data: { depth: 3 } }],
  });
  await store.append(PATH, '{"v":3,"t":5,"type":"params","x":1}\n');
  expect(await failure(open)).toMatchInlineSnapshot(`
    "CAIRN_JOURNAL_VERSION
    journal runs/a/journal.jsonl, line 2: format version 3; this Cairn reads up to 2
    use the newer Cairn that wrote it"
  `);
  await store.write(
    PATH,
    new TextEncoder().encode('{"v":1,"t":5,"ty\n{"v":1,"t":5,"type":"tags","tags":{}}\n'),
  );
  expect(await failure(open)).toMatchInlineSnapshot(`
    "CAIRN_JOURNAL_DAMAGED
    journal runs/a/journal.jsonl, line 1: no JSON
    restore it from a copy, or delete the run's folder: the run then begins anew"
  `);
  const messages: string[] = [];
  for (const line of ['', '[]', '{"t":1}', '{"v":1,"t":5,"type":"tags","tags":{"a":1}}', '\u00ff']) {
    await store.write(
      PATH,
      Uint8Array.from(`${line}\n`, (c) => c.charCodeAt(0)),
    );
    messages.push((await failure(open)).split('\n')[1] ?? '');
  }
  expect(messages).toMatchInlineSnapshot(`
    [
      "journal runs/a/journal.jsonl, line 1: no JSON",
      "journal runs/a/journal.jsonl, line 1: no JSON object",
      "journal runs/a/journal.jsonl, line 1: without v, t and type",
      "journal runs/a/journal.jsonl, line 1: tags: tags.a: Invalid input: expected string, received number",
      "journal runs/a/journal.jsonl, line 1: no UTF-8",
    ]
  `);
});

/** A disk that fails: an append writes its first bytes, then throws. */
class TearingStore extends MemoryStore {
  /** Bytes of the next append that arrive; undefined: all of them. */
  arrive: number | undefined;

  override async append(path: string, text: string): Promise<void> {
    const { arrive } = this;
    await super.append(path, text.slice(0, arrive));
    if (arrive !== undefined) throw new Error('disk full');
  }
}

test('after an append that failed anywhere, the next flush completes it', async () => {
  const records = run.slice(0, 3);
  const length = records.map((r) => JSON.stringify(r).length + 20).reduce((a, b) => a + b);
  for (let arrive = 0; arrive < length; arrive += 3) {
    const store = new TearingStore();
    const journal = await Journal.open(store, PATH, { now });
    journal.record(run[0] as RunRecord);
    await journal.flush();
    for (const record of run.slice(1, 4)) journal.record(record);
    store.arrive = arrive;
    await expect(journal.flush()).rejects.toThrow('disk full');
    store.arrive = undefined;
    journal.record(END);
    await journal.flush();
    const view = await viewIn(store);
    expect(view).toMatchObject({ records: 4, tornBytes: 0, end: END, datasets: [run[2]], anchors: [run[3]] });
  }
});
