import '@tensorflow/tfjs-backend-cpu';
import {
  type Batch,
  CairnError,
  createRandom,
  type Manifest,
  MemoryStore,
  type NetState,
  type Network,
  type Store,
} from '@cairn/core';
import { graphBuilder, initialState, TfjsNetwork } from '@cairn/nn';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { AnchorTeacher } from './anchor-teacher.ts';
import { openRoute } from './open-route.ts';
import { RouteWriter } from './route-writer.ts';
import { TeacherGuard } from './teacher-guard.ts';

const recorder = { kind: 'route-recorder', id: 'all', options: {} } as const;
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

const stateAt = (step: number): NetState => initialState(graph(), createRandom(step));
let compiled: TfjsNetwork[];
const compile = (): Network => {
  const network = new TfjsNetwork(graph(), { taps: ['layer1'], train: false });
  compiled.push(network);
  return network;
};

let store: Store;
let route: Manifest;
let batch: Batch;

beforeAll(async () => {
  await tf.setBackend('cpu');
});
beforeEach(async () => {
  compiled = [];
  store = new MemoryStore('routes');
  const description = { id: 'a1b2c3d4', stepsPerEpoch: 1, totalSteps: 3, config: {}, dataset: '', seed: 0 };
  const writer = await RouteWriter.open(store, { ...description, code: '', numerics: '' }, recorder);
  for (let id = 0; id <= 3; id++) await writer.add({ id, learningRate: 0.1 }, stateAt(id).weights);
  route = await writer.finish();
  batch = {
    inputs: { x: tf.randomUniform([2, 4, 4, 2], -1, 1, 'float32', 5) },
    labels: tf.tensor1d([0, 1], 'int32'),
    indices: Int32Array.of(0, 1),
    size: 2,
  };
});

async function logitsOf(step: number): Promise<number[]> {
  const network = new TfjsNetwork(graph(), { taps: [], train: false });
  network.load(stateAt(step));
  const { logits } = await network.infer(batch.inputs);
  network.dispose();
  return [...((await logits?.data()) ?? [])];
}

async function failure(action: Promise<unknown>): Promise<string> {
  const error: unknown = await action.catch((e: unknown) => e);
  if (!(error instanceof CairnError)) throw new Error(`no CairnError: ${String(error)}`);
  return [error.code, error.message, ...error.fix].join('\n');
}

test('supervises as the recorded state does, taps included', async () => {
  expect((await openRoute(store, 'a1b2c3d4', recorder)).manifest).toEqual(route);
  const teacher = await AnchorTeacher.create({ store, route, compile }, [1]);
  const outputs = await teacher.supervise(batch);
  expect([...((await outputs['logits']?.data()) ?? [])]).toEqual(await logitsOf(1));
  expect(outputs['layer1']?.shape).toEqual([2, 4, 4, 4]);
  expect(teacher.identity).toBe(`a1b2c3d4/1@${route.anchors[1]?.sha256}`);
  expect(teacher.info.taps).toEqual({ layer1: [4, 4, 4] });
  await teacher.verify();
});

test('one network serves one anchor after the other', async () => {
  const teacher = await AnchorTeacher.create({ store, route, compile }, [0]);
  await teacher.use([0]);
  await teacher.use([3]);
  expect(compiled).toHaveLength(1);
  const { logits } = await teacher.supervise(batch);
  expect([...((await logits?.data()) ?? [])]).toEqual(await logitsOf(3));
});

test('several anchors: the mean of their logits and nothing else', async () => {
  const teacher = await AnchorTeacher.create({ store, route, compile }, [1, 2, 3]);
  const outputs = await teacher.supervise(batch);
  expect(Object.keys(outputs)).toEqual(['logits']);
  expect(teacher.info).toEqual({ outputs: { logits: [3] }, taps: {} });
  const members = await Promise.all([1, 2, 3].map(logitsOf));
  const mean = (members[0] ?? []).map((_, i) => members.reduce((s, m) => s + (m[i] ?? NaN), 0) / 3);
  const found = [...((await outputs['logits']?.data()) ?? [])];
  found.forEach((value, i) => expect(value).toBeCloseTo(mean[i] ?? NaN, 6));
  await teacher.use([2]);
  expect(compiled).toHaveLength(3);
  expect([...((await (await teacher.supervise(batch))['logits']?.data()) ?? [])]).toEqual(await logitsOf(2));
});

test('a teacher that was trained on is found at the end and at a change', async () => {
  const teacher = await AnchorTeacher.create({ store, route, compile }, [1]);
  compiled[0]?.load(stateAt(2));
  expect(await failure(teacher.verify())).toMatchInlineSnapshot(`
    "CAIRN_WEIGHTS_MOVED
    anchor 1 of route a1b2c3d4: its weights have moved: expected ca7464faec5d8f54b8a3a43124170ce978a9dc899a262322ca3d810b3316db18, found a66b862a14b3a72fcd6ef86438958f19c77569d729a8ec79d6eaa319e93a22e6
    a fault in the backend or in a plugin that trains what is frozen: do not use what this run produced"
  `);
  expect(await failure(teacher.use([3]))).toContain('CAIRN_WEIGHTS_MOVED');
});

test('a guard sees buffers too', async () => {
  const network = compile();
  const state = stateAt(1);
  network.load(state);
  const guard = await TeacherGuard.start(network, 'the teacher');
  await guard.verify();
  const moved = { dtype: 'float32', shape: [4], data: Float32Array.of(0, 0, 0, 1e-8) } as const;
  network.load({ ...state, weights: { ...state.weights, 'bn1.running_mean': moved } });
  expect(await failure(guard.verify())).toContain('CAIRN_WEIGHTS_MOVED');
});

test('no tensors leak: supervising, changing, failing, disposing', async () => {
  const before = tf.memory().numTensors;
  const teacher = await AnchorTeacher.create({ store, route, compile }, [1, 2]);
  const loaded = tf.memory().numTensors;
  tf.dispose(await teacher.supervise(batch));
  expect(tf.memory().numTensors).toBe(loaded);
  await teacher.use([3]);
  tf.dispose(await teacher.supervise(batch));
  expect(tf.memory().numTensors).toBe(before + (loaded - before) / 2);
  await store.remove('a1b2c3d4/step-00000002.safetensors');
  expect(await failure(teacher.use([1, 2]))).toContain('CAIRN_ANCHOR_MISSING');
  expect(tf.memory().numTensors).toBe(before);
  expect(await failure(teacher.supervise(batch))).toMatchInlineSnapshot(`
    "CAIRN_ANCHOR_NONE
    this teacher is disposed, or loading its anchor has failed
    use(anchors) first"
  `);
  teacher.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
