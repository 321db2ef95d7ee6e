import { CairnError, type HostTensors, MemoryStore, type PluginData, type Store } from '@cairn/core';
import { beforeEach, expect, test } from 'vitest';
import { loadAnchor } from './load-anchor.ts';
import { readManifest, type RouteDescription } from './manifest.ts';
import { openRoute } from './open-route.ts';
import { RouteWriter } from './route-writer.ts';
import { exportRoute, listRoutes, verifyRoute } from './routes.ts';
import { writeSafetensors } from './safetensors.ts';

const every = (epochs: number): PluginData<'route-recorder'> => ({
  kind: 'route-recorder',
  id: 'every-epochs',
  options: { epochs },
});
const description: RouteDescription = {
  id: 'a1b2c3d4e5f60718',
  stepsPerEpoch: 10,
  totalSteps: 40,
  config: { model: { kind: 'model', id: 'resnet', options: { depth: 8 } } },
  dataset: 'f'.repeat(64),
  seed: 7,
  code: '0.1.0',
  numerics: 'wasm-1',
};

/** Weights of the teacher after a step: a deterministic training. */
const weightsAt = (step: number): HostTensors => ({
  'fc.weight': { dtype: 'float32', shape: [2, 1], data: Float32Array.of(step, step / 2) },
  'bn.count': { dtype: 'int32', shape: [], data: Int32Array.of(step) },
});

let store: Store;
beforeEach(() => {
  store = new MemoryStore('routes');
});

/** Trains up to a step (the whole way without) and records where the recorder says so. */
async function record(recorder: PluginData<'route-recorder'>, until = 40, to = store): Promise<RouteWriter> {
  const writer = await RouteWriter.open(to, description, recorder);
  const spacing = Number(recorder.options['epochs']) * 10;
  for (let id = 0; id <= until; id += 10) {
    if (id % spacing > 0 && id < 40) continue;
    await writer.add(
      { id, learningRate: id === 0 ? 0 : 0.1, metrics: { 'val/top1': id / 100 } },
      weightsAt(id),
    );
  }
  if (until === 40) await writer.finish();
  return writer;
}

async function open(recorder: PluginData) {
  const opened = await openRoute(store, description.id, recorder);
  return opened.manifest?.anchors.map((a) => a.id) ?? ('reason' in opened ? opened.reason : '');
}

async function failure(action: Promise<unknown>): Promise<string> {
  const error: unknown = await action.catch((e: unknown) => e);
  if (!(error instanceof CairnError)) throw new Error(`no CairnError: ${String(error)}`);
  return [error.code, error.message, ...error.fix].join('\n');
}

test('a route is recorded, opened, and its anchors loaded', async () => {
  expect(await open(every(2))).toBe('never recorded');
  await record(every(2));
  const opened = await openRoute(store, description.id, every(2));
  expect(opened.manifest).toMatchObject({
    id: description.id,
    stepsPerEpoch: 10,
    totalSteps: 40,
    config: description.config,
    anchors: [
      { id: 0, epoch: 0, learningRate: 0, file: 'step-00000000.safetensors' },
      { id: 20, epoch: 2, learningRate: 0.1, metrics: { 'val/top1': 0.2 } },
      { id: 40, epoch: 4 },
    ],
  });
  if (opened.manifest === undefined) throw new Error('absent');
  expect(await loadAnchor(store, opened.manifest, 20)).toEqual(weightsAt(20));
  expect(await failure(loadAnchor(store, opened.manifest, 30))).toMatchInlineSnapshot(`
    "CAIRN_ANCHOR_UNKNOWN
    anchor 30: route a1b2c3d4e5f60718 has none of this step
    known: 0, 20, 40"
  `);
});

test('a killed recording goes on; the same anchors again do no harm', async () => {
  await record(every(1), 20);
  expect(await open(every(1))).toBe('recorded up to step 20 of 40');
  const files = await store.list(description.id);
  await store.remove(`${description.id}/step-00000010.safetensors`);
  await record(every(1));
  expect(await open(every(1))).toEqual([0, 10, 20, 30, 40]);
  expect(await store.list(description.id)).toEqual(expect.arrayContaining([...files]));
  const whole = await readManifest(store, description.id);
  const other = new MemoryStore();
  await record(every(1), 40, other);
  expect(await readManifest(other, description.id)).toEqual(whole);
});

test('recorders share files, and each sees its own anchors', async () => {
  await record(every(2));
  expect(await open(every(3))).toBe(
    'recorded with every-epochs {"epochs":2}, not with every-epochs {"epochs":3}',
  );
  await record(every(3), 30);
  expect(await open(every(2))).toEqual([0, 20, 40]);
  expect(await open(every(3))).toBe('recorded up to step 30 of 40');
  await record(every(3));
  expect(await open(every(2))).toEqual([0, 20, 40]);
  expect(await open(every(3))).toEqual([0, 30, 40]);
  expect(await store.list(description.id)).toHaveLength(5);
});

test('an anchor that differs from the recorded one stops the recording', async () => {
  await record(every(2));
  const writer = await RouteWriter.open(store, description, every(1));
  expect(await failure(writer.add({ id: 20, learningRate: 0.1 }, weightsAt(21)))).toMatchInlineSnapshot(`
    "CAIRN_ANCHOR_DIFFERS
    anchor 20 of route a1b2c3d4e5f60718: the teacher now has weights 01159e6b78efdccc983047298538eb4cdc9c8fc62a1bf6d88516bc247ebb4658, recorded are da494cab4fe9400e6af70b6ee73b31cf7e835c4d6009954d46a19dd728f852e7
    the same teacher, data and numerics give the same weights: one of them has changed
    to record the route anew, delete routes/a1b2c3d4e5f60718"
  `);
  expect(await failure(writer.finish())).toMatchInlineSnapshot(`
    "CAIRN_ROUTE_INCOMPLETE
    route a1b2c3d4e5f60718: its last anchor is none, the teacher ends at 40
    the same command goes on with the training"
  `);
  await expect(writer.add({ id: 41, learningRate: 0.1 }, weightsAt(41))).rejects.toThrow('from 0 to 40');
  const metrics = { 'val/loss': NaN };
  await expect(writer.add({ id: 10, learningRate: 0.1, metrics }, weightsAt(10))).rejects.toThrow('finite');
});

test('another teacher under the same id is refused', async () => {
  await record(every(2));
  const other = { ...description, seed: 8, code: '0.2.0' };
  expect(await failure(RouteWriter.open(store, other, every(2)))).toMatchInlineSnapshot(`
    "CAIRN_ROUTE_DIFFERS
    route a1b2c3d4e5f60718: seed is 8, the one in routes/a1b2c3d4e5f60718 has 7
    delete routes/a1b2c3d4e5f60718 to record the route anew"
  `);
  await RouteWriter.open(store, { ...description, code: '0.2.0' }, every(2));
});

test('a missing anchor is named when the route is opened', async () => {
  await record(every(1));
  await record(every(2));
  await store.remove(`${description.id}/step-00000010.safetensors`);
  expect(await failure(open(every(1)))).toMatchInlineSnapshot(`
    "CAIRN_ANCHOR_MISSING
    anchor 10: no file routes/a1b2c3d4e5f60718/step-00000010.safetensors
    restore it from a copy, or delete routes/a1b2c3d4e5f60718: the route is then recorded anew"
  `);
  expect(await open(every(2))).toEqual([0, 20, 40]);
});

test('altered weights are refused with both hashes', async () => {
  await record(every(2));
  const { manifest } = await openRoute(store, description.id, every(2));
  if (manifest === undefined) throw new Error('absent');
  await store.write(`${description.id}/step-00000020.safetensors`, writeSafetensors(weightsAt(21)));
  expect(await failure(loadAnchor(store, manifest, 20))).toMatchInlineSnapshot(`
    "CAIRN_ANCHOR_ALTERED
    anchor 20: routes/a1b2c3d4e5f60718/step-00000020.safetensors is not what was recorded: expected da494cab4fe9400e6af70b6ee73b31cf7e835c4d6009954d46a19dd728f852e7, found 01159e6b78efdccc983047298538eb4cdc9c8fc62a1bf6d88516bc247ebb4658
    restore it from a copy, or delete routes/a1b2c3d4e5f60718: the route is then recorded anew"
  `);
  await store.write(`${description.id}/step-00000040.safetensors`, new Uint8Array(3));
  expect(await failure(loadAnchor(store, manifest, 40))).toMatchInlineSnapshot(`
    "CAIRN_WEIGHTS_DAMAGED
    routes/a1b2c3d4e5f60718/step-00000040.safetensors: 3 bytes; a header needs 8 and more
    restore the file from where it came, or remove it and make it anew"
  `);
  expect((await verifyRoute(store, description.id)).map((e) => e.code)).toEqual([
    'CAIRN_ANCHOR_ALTERED',
    'CAIRN_WEIGHTS_DAMAGED',
  ]);
});

test('a damaged manifest is named and refused', async () => {
  await record(every(2));
  const path = `${description.id}/manifest.json`;
  const text = new TextDecoder().decode(await store.read(path));
  const damage = async (changed: string): Promise<string> => {
    await store.write(path, new TextEncoder().encode(changed));
    return await failure(open(every(2)));
  };
  expect(await damage(text.slice(0, 100))).toMatchInlineSnapshot(`
    "CAIRN_ROUTE_DAMAGED
    route manifest routes/a1b2c3d4e5f60718/manifest.json: no JSON
    restore the file from a copy, or delete the route's folder: it is then recorded anew"
  `);
  expect(await damage(text.replace('"totalSteps": 40', '"totalSteps": "40"'))).toMatchInlineSnapshot(`
    "CAIRN_ROUTE_DAMAGED
    route manifest routes/a1b2c3d4e5f60718/manifest.json: totalSteps: Invalid input: expected number, received string
    restore the file from a copy, or delete the route's folder: it is then recorded anew"
  `);
  expect(await damage(text.replace('"id": 20', '"id": 0'))).toContain('anchors.1: step 0 after step 0');
  expect(await damage(text.replace('"id": 40', '"id": 30'))).toContain('without its last anchor, step 40');
  expect(await damage(text.replace('"schema": 1', '"schema": 2'))).toContain('schema');
  expect(await damage(text.replace('step-00000020', '../../secret'))).toContain('anchors.1.file');
  expect(await damage(text.replace(description.id, 'deadbeef'))).toContain('it is the manifest of deadbeef');
  // Values that are all possible, but not those that were written.
  expect(await damage(text.replace('"depth": 8', '"depth": 9'))).toMatchInlineSnapshot(`
    "CAIRN_ROUTE_DAMAGED
    route manifest routes/a1b2c3d4e5f60718/manifest.json: expected digest 29ac33a51c5ccf9a8179dab67eca47b2a85f4e24baf02bde074a46a6adc9db02, found 33b7d58afdafb3a275eec77397fcb7d117ac805f5b05e224bcb20ab3c5113f40
    restore the file from a copy, or delete the route's folder: it is then recorded anew"
  `);
  const rest = 'expected digest';
  expect(await damage(text.replace('"learningRate": 0.1', '"learningRate": 0.2'))).toContain(rest);
  expect(await damage(text.replace('"val/top1": 0.2', '"val/top1": 0.3'))).toContain(rest);
  expect(await damage(text.replace(/,\s*"digest": "\w+"/, ''))).toContain('digest');
  expect(await listRoutes(store)).toMatchObject([
    { id: description.id, problem: { code: 'CAIRN_ROUTE_DAMAGED' } },
  ]);
});

test('routes are listed and copied, verified', async () => {
  expect(await listRoutes(store)).toEqual([]);
  await record(every(2));
  await record(every(1), 10);
  const [summary] = await listRoutes(store);
  expect(summary).toMatchObject({ id: description.id, anchors: 4, complete: true, seed: 7 });
  const target = new MemoryStore('copy');
  await exportRoute(store, description.id, target);
  expect(await target.list(description.id)).toEqual(await store.list(description.id));
  expect(await verifyRoute(target, description.id)).toEqual([]);
  expect(await failure(exportRoute(store, description.id, target))).toMatchInlineSnapshot(`
    "CAIRN_ROUTE_EXISTS
    route a1b2c3d4e5f60718: copy/a1b2c3d4e5f60718 holds one already
    delete it, or choose another folder"
  `);
  expect(await failure(exportRoute(store, 'beef', target))).toMatchInlineSnapshot(`
    "CAIRN_ROUTE_MISSING
    route beef: none in routes
    known: a1b2c3d4e5f60718"
  `);
  await store.write(`${description.id}/step-00000020.safetensors`, writeSafetensors(weightsAt(21)));
  const second = new MemoryStore();
  expect(await failure(exportRoute(store, description.id, second))).toContain('CAIRN_ANCHOR_ALTERED');
  expect(await readManifest(second, description.id)).toBeUndefined();
});
