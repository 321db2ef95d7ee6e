import '@tensorflow/tfjs-backend-cpu';
import {
  type Batch,
  createRandom,
  MemoryStore,
  type Outputs,
  type Teacher,
  type ViewAddress,
} from '@cairn/core';
import { graphBuilder, initialState, TfjsNetwork } from '@cairn/nn';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { CachedTeacher, type CachedTeacherOptions } from './cached-teacher.ts';
import { OutputCache } from './output-cache.ts';

const task = {
  input: { kind: 'image', height: 4, width: 4, channels: 2, mean: [0, 0], std: [1, 1] },
  classes: 3,
} as const;

function graph() {
  const b = graphBuilder(task);
  const conv = b.conv2d('conv1', b.input, { channels: 4, kernel: 3, padding: 1 });
  const features = b.tap('layer1', b.relu('relu1', b.batchNorm('bn1', conv)));
  b.output('logits', b.linear('fc', b.globalAveragePool('pool', features), { units: task.classes }));
  return b.build();
}

/** Rows 1, 3, 4, 7, 9: two batches of 2 and one of 1, in the order of a seed. */
const rows = Int32Array.of(1, 3, 4, 7, 9);
const epochOf = (seed: number): Int32Array[] => {
  const order = createRandom(seed)
    .at('order')
    .permutation(5)
    .map((i) => rows[i] ?? 0);
  return [order.slice(0, 2), order.slice(2, 4), order.slice(4)];
};
const view: ViewAddress = { bank: 0, view: 2 };

let network: TfjsNetwork;
let store: MemoryStore;
let asked: string[];
let notes: string[];
beforeAll(async () => {
  await tf.setBackend('cpu');
});
beforeEach(() => {
  network = new TfjsNetwork(graph(), { taps: ['layer1'], train: false });
  network.load(initialState(graph(), createRandom(1)));
  store = new MemoryStore('cache');
  [asked, notes] = [[], []];
});
afterEach(() => network.dispose());

/** The network as it is now. */
const live: Teacher = {
  identity: 'a teacher',
  get info() {
    return network.info;
  },
  supervise(batch, wanted) {
    asked.push((wanted ?? ['all']).join('+'));
    return network.infer(batch.inputs, wanted);
  },
  dispose: () => undefined,
};

function teacher(changes: Partial<CachedTeacherOptions> & { readonly limit?: number } = {}): CachedTeacher {
  const { limit = 1e6, ...options } = changes;
  return new CachedTeacher(live, {
    cache: new OutputCache({ store, limit, note: (text) => void notes.push(text) }),
    facts: { weights: ['abc'], numerics: 'n' },
    rows,
    type: 'float32',
    keep: () => true,
    ...options,
  });
}

/** A sample is a function of row and view. */
function batchOf(indices: Int32Array, address: ViewAddress | undefined = view): Batch {
  const pixels = [...indices].flatMap((row) => {
    const stream = createRandom(row).at(JSON.stringify(address ?? 'plain'));
    return Array.from({ length: 32 }, () => stream.normal());
  });
  return {
    inputs: { x: tf.tensor4d(pixels, [indices.length, 4, 4, 2]) },
    labels: tf.tensor1d([...indices], 'int32'),
    indices,
    size: indices.length,
    ...(address === undefined ? {} : { address }),
  };
}

/** What a teacher says in an epoch, by row. */
async function epoch(
  by: Teacher,
  { seed = 0, address = view, wanted = ['logits'] as readonly string[], batches = 3 } = {},
): Promise<Map<string, number[]>> {
  const said = new Map<string, number[]>();
  for (const indices of epochOf(seed).slice(0, batches)) {
    const batch = batchOf(indices, address);
    const outputs: Outputs = await by.supervise(batch, wanted);
    for (const name of wanted) {
      const values = [...((await outputs[name]?.data()) ?? [])];
      const width = values.length / indices.length;
      indices.forEach((row, i) => said.set(`${name} ${row}`, values.slice(i * width, (i + 1) * width)));
    }
    tf.dispose([outputs, batch.inputs, batch.labels]);
  }
  return said;
}

test('a hit and a miss give the same bits, in any order of the rows', async () => {
  const truth = await epoch(live);
  expect(await epoch(teacher())).toEqual(truth);
  expect(await store.list('')).toHaveLength(1);
  for (const seed of [0, 5]) {
    asked = [];
    const uses: boolean[] = [];
    expect(await epoch(teacher({ used: (cached) => void uses.push(cached) }), { seed })).toEqual(truth);
    // The first batch proves the file.
    expect([asked, uses]).toEqual([['logits'], [false, true, true]]);
  }
  expect(notes).toEqual([]);
});

test('half precision: what is given live is rounded as what is stored', async () => {
  const exact = await epoch(live);
  const first = await epoch(teacher({ type: 'float16' }));
  asked = [];
  expect(await epoch(teacher({ type: 'float16' }), { seed: 3 })).toEqual(first);
  expect(asked).toHaveLength(1);
  expect(first).toEqual(new Map([...exact].map(([key, values]) => [key, values.map(Math.f16round)])));
  expect(first).not.toEqual(exact);
  // Without any cache too.
  expect(await epoch(teacher({ type: 'float16', limit: 0 }))).toEqual(first);
});

test('a type, a view, other weights or other rows have files of their own', async () => {
  await epoch(teacher());
  await epoch(teacher({ type: 'float16' }));
  await epoch(teacher(), { address: { bank: 0, view: 1 } });
  await epoch(teacher(), { address: { seed: 0, epoch: 1 } });
  await epoch(teacher({ facts: { weights: ['def'], numerics: 'n' } }));
  await epoch(teacher({ rows: Int32Array.of(9, 7, 4, 3, 1) }));
  expect(await store.list('')).toHaveLength(6);
});

test('taps are kept one by one: only what is missing is asked for', async () => {
  await epoch(teacher());
  asked = [];
  const truth = await epoch(live, { wanted: ['logits', 'layer1'] });
  asked = [];
  expect(await epoch(teacher(), { wanted: ['logits', 'layer1'] })).toEqual(truth);
  expect(asked).toEqual(['logits+layer1', 'layer1', 'layer1']);
  asked = [];
  expect(await epoch(teacher(), { wanted: ['logits', 'layer1'], seed: 2 })).toEqual(truth);
  expect(asked).toEqual(['logits+layer1']);
});

test('what is asked twice for one batch is worked out once', async () => {
  const by = teacher();
  const batch = batchOf(rows.slice(0, 2));
  const first = await by.supervise(batch, ['logits']);
  const second = await by.supervise(batch, ['logits']);
  expect(asked).toEqual(['logits']);
  expect(await second['logits']?.data()).toEqual(await first['logits']?.data());
});

test('an epoch that is not seen to its end leaves nothing', async () => {
  await epoch(teacher(), { batches: 2 });
  expect(await store.list('')).toEqual([]);
  // A resume in its middle with the file that another run has made meanwhile.
  const truth = await epoch(teacher());
  const by = teacher();
  const last = batchOf(epochOf(0)[2] ?? new Int32Array());
  const outputs = await by.supervise(last, ['logits']);
  const [row = -1] = last.indices;
  expect([...((await outputs['logits']?.data()) ?? [])]).toEqual(truth.get(`logits ${row}`));
});

test('what nobody will ask for again is not kept, and read where it is there', async () => {
  await epoch(teacher({ keep: () => false }));
  expect(await store.list('')).toEqual([]);
  await epoch(teacher());
  asked = [];
  await epoch(teacher({ keep: () => false }));
  expect(asked).toHaveLength(1);
});

test('samples without an address pass through', async () => {
  const batch = batchOf(rows, undefined);
  const plain: Batch = { inputs: batch.inputs, labels: batch.labels, indices: rows, size: 5 };
  await teacher().supervise(plain, ['logits']);
  await teacher().supervise(plain);
  expect(asked).toEqual(['logits', 'logits+layer1']);
  expect(await store.list('')).toEqual([]);
});

test('a file that is not what the teacher gives is found out and made anew', async () => {
  await epoch(teacher());
  const [file = ''] = await store.list('');
  // Another network under the same name: an augmentation or a model was rewritten.
  network.load(initialState(graph(), createRandom(2)));
  const truth = await epoch(live);
  expect(await epoch(teacher())).toEqual(truth);
  expect(notes).toEqual([
    `cached teacher outputs are not what the teacher gives, computed anew: cache/${file}`,
  ]);
  asked = [];
  expect(await epoch(teacher())).toEqual(truth);
  expect(asked).toHaveLength(1);
});

test('two processes at the same view: both go on, one file, and it is right', async () => {
  const [one, two] = [teacher(), teacher()];
  const truth = await epoch(live);
  const said = await Promise.all([epoch(one, { seed: 1 }), epoch(two, { seed: 2 })]);
  expect(said).toEqual([truth, truth]);
  expect(await store.list('')).toHaveLength(1);
  asked = [];
  expect(await epoch(teacher())).toEqual(truth);
  expect(asked).toHaveLength(1);
});

test('no tensors leak: hits, misses, proofs, rounding', async () => {
  const before = tf.memory().numTensors;
  for (const type of ['float32', 'float16', 'float16'] as const) {
    const by = teacher({ type });
    await epoch(by, { wanted: ['logits', 'layer1'] });
    by.dispose();
    expect(tf.memory().numTensors).toBe(before);
  }
  const batch = batchOf(rows);
  const started = tf.memory().numTensors;
  await expect(teacher().supervise(batch, ['layer9'])).rejects.toThrow('layer9');
  expect(tf.memory().numTensors).toBe(started);
});
