import { type HostTensors, MemoryStore, sha256, type Store } from '@cairn/core';
import { beforeEach, describe, expect, test } from 'vitest';
import { formatChecksums } from './import-checksums.ts';
import { openFolder } from './import-folder.ts';
import { IMPORTED, importRoute, type ImportOptions } from './import-route.ts';
import { loadAnchor } from './load-anchor.ts';
import { openRoute } from './open-route.ts';
import { adoptRoute, checkUnpacked, isPackedPath, packRoute } from './pack.ts';
import { writeSafetensors } from './safetensors.ts';
import { failure, graph, stateAt, task } from './test-support/import-fixture.ts';

let folder: Store;
let routes: Store;
const options: ImportOptions = {
  graph,
  model: { kind: 'model', id: 'small', options: {} },
  data: { id: 'tiny', ...task },
  code: '0.1.0',
};
const put = (name: string, weights: HostTensors, metadata = {}) =>
  folder.write(name, writeSafetensors(weights, metadata));

beforeEach(async () => {
  [folder, routes] = [new MemoryStore('saved'), new MemoryStore('routes')];
  for (const epoch of [10, 2, 40])
    await put(`ckpt_epoch_${epoch}.safetensors`, stateAt(epoch), { lr: '0.05' });
});

async function sums(): Promise<void> {
  const names = (await folder.list('')).filter((name) => name.endsWith('.safetensors'));
  const digests = new Map<string, string>();
  for (const name of names) digests.set(name, await sha256((await folder.read(name)) ?? new Uint8Array()));
  await folder.write('SHA256SUMS', new TextEncoder().encode(formatChecksums(digests)));
}

describe('a folder', () => {
  const opened = (changes = {}) => openFolder(folder, { graph, ...changes });

  test('is read in the order of its epochs', async () => {
    const found = await opened();
    expect(found.map(({ count, learningRate }) => [count, learningRate])).toEqual([
      [2, 0.05],
      [10, 0.05],
      [40, 0.05],
    ]);
    expect(await found[1]?.weights()).toEqual(stateAt(10));
    expect((await opened({ only: [40, 2] })).map((c) => c.count)).toEqual([2, 40]);
  });

  test('what is missing, swapped, altered or not listed is named', async () => {
    await sums();
    await opened();
    const [two, ten] = ['ckpt_epoch_2.safetensors', 'ckpt_epoch_10.safetensors'];
    const [a, b] = [await folder.read(two), await folder.read(ten)];
    await folder.write(two, b ?? new Uint8Array());
    await folder.write(ten, a ?? new Uint8Array());
    expect(await failure(opened())).toContain(
      'saved/ckpt_epoch_2.safetensors holds what SHA256SUMS gives for ckpt_epoch_10',
    );
    await folder.write(two, a ?? new Uint8Array());
    await put(ten, stateAt(11));
    expect(await failure(opened())).toContain('saved/ckpt_epoch_10.safetensors is altered: expected SHA-256');
    await folder.remove(ten);
    expect(await failure(opened())).toMatchInlineSnapshot(`
      "CAIRN_ANCHOR_MISSING
      saved/ckpt_epoch_10.safetensors is listed in SHA256SUMS and is not there
      restore it, or name the epochs to take: --epochs=10,20"
    `);
    expect((await opened({ only: [2, 40] })).length).toBe(2);
    await folder.write(ten, b ?? new Uint8Array());
    await put('epoch_50.safetensors', stateAt(50));
    expect(await failure(opened())).toContain('saved/epoch_50.safetensors is not listed in SHA256SUMS');
  });

  test('a state that is there twice is a swapped one, also without checksums', async () => {
    await put('ckpt_epoch_20.safetensors', stateAt(10));
    expect(await failure(opened())).toMatchInlineSnapshot(`
      "CAIRN_ROUTE_SWAPPED
      saved/ckpt_epoch_20.safetensors holds the weights of ckpt_epoch_10.safetensors
      one of them was swapped or copied: restore it, or leave it out with --epochs"
    `);
  });

  test('epochs that are wanted and not there, and a folder without files', async () => {
    expect(await failure(opened({ only: [2, 30] }))).toMatchInlineSnapshot(`
      "CAIRN_ANCHOR_MISSING
      saved: no file of epoch 30
      there are 2, 10, 40"
    `);
    expect(await failure(openFolder(new MemoryStore('empty'), { graph }))).toMatchInlineSnapshot(`
      "CAIRN_ROUTE_EMPTY
      empty holds no .safetensors files of a teacher
      a file per checkpoint, such as epoch_10.safetensors: docs/pytorch.md has the lines that save them"
    `);
  });
});

describe('an imported route', () => {
  test('has the weights, counts epochs, and is one however often it is imported', async () => {
    const { manifest, isNew, notes } = await importRoute(folder, routes, options);
    expect([isNew, notes]).toEqual([true, []]);
    expect(manifest.anchors.map(({ id, epoch, learningRate }) => [id, epoch, learningRate])).toEqual([
      [2, 2, 0.05],
      [10, 10, 0.05],
      [40, 40, 0.05],
    ]);
    expect(await loadAnchor(routes, manifest, 10)).toEqual(stateAt(10));
    expect((await openRoute(routes, manifest.id, IMPORTED)).manifest?.anchors).toHaveLength(3);
    const again = await importRoute(folder, routes, options);
    expect([again.isNew, again.manifest]).toEqual([false, manifest]);
    const steps = await importRoute(folder, routes, { ...options, stepsPerEpoch: 7 });
    expect(steps.manifest.anchors.map(({ id, epoch }) => [id, epoch])).toEqual([
      [14, 2],
      [70, 10],
      [280, 40],
    ]);
    expect(await routes.list('')).toHaveLength(2);
  });

  test('steps need the length of an epoch', async () => {
    folder = new MemoryStore('saved');
    await put('step-5.safetensors', stateAt(5));
    expect(await failure(importRoute(folder, routes, options))).toMatchInlineSnapshot(`
      "CAIRN_ROUTE_FILES
      step-5.safetensors: counts steps, and an epoch has no length
      --steps-per-epoch=782, the batches of an epoch in the training script (50,000 images by 64 are 782)"
    `);
    const { manifest, notes } = await importRoute(folder, routes, { ...options, stepsPerEpoch: 10 });
    expect(manifest.anchors.map(({ id, epoch }) => [id, epoch])).toEqual([[5, 0.5]]);
    expect(notes).toEqual(['one state alone: plain distillation, no route']);
  });

  test('nothing is written where a file is refused', async () => {
    await folder.write('epoch_50.safetensors', new Uint8Array(9));
    await expect(importRoute(folder, routes, options)).rejects.toMatchObject({
      code: 'CAIRN_WEIGHTS_DAMAGED',
    });
    expect(await routes.list('')).toEqual([]);
  });
});

describe('an archive', () => {
  const unpackedOf = async (id: string): Promise<Store> => {
    const unpacked = new MemoryStore('unpacked');
    for await (const { path, bytes } of packRoute(routes, id, '0.1.0')) {
      expect(isPackedPath(path)).toBe(true);
      await unpacked.write(path, bytes);
    }
    return unpacked;
  };

  test('gives the route back, records of its training included', async () => {
    const { manifest } = await importRoute(folder, routes, options);
    await routes.write(`${manifest.id}/journal.jsonl`, new TextEncoder().encode('{}\n'));
    const unpacked = await unpackedOf(manifest.id);
    expect(await checkUnpacked(unpacked)).toEqual(manifest);
    const other = new MemoryStore('other');
    expect(await adoptRoute(unpacked, manifest, other)).toBe(true);
    expect(await loadAnchor(other, manifest, 40)).toEqual(stateAt(40));
    expect(await other.read(`${manifest.id}/journal.jsonl`)).toHaveLength(3);
    expect(await adoptRoute(unpacked, manifest, other)).toBe(false);
    const changed = { ...manifest, code: '0.2.0' };
    expect(await failure(adoptRoute(unpacked, changed, other))).toContain('CAIRN_ROUTE_EXISTS');
  });

  test('that lost, altered or gained something is refused', async () => {
    const { id } = (await importRoute(folder, routes, options)).manifest;
    const whole = await unpackedOf(id);
    const anchor = (await whole.read(`${id}/step-00000010.safetensors`)) ?? new Uint8Array();
    anchor[anchor.length - 1] = 1;
    await whole.write(`${id}/step-00000010.safetensors`, anchor);
    expect(await failure(checkUnpacked(whole))).toContain('CAIRN_ANCHOR_ALTERED');
    await whole.remove(`${id}/step-00000010.safetensors`);
    expect(await failure(checkUnpacked(whole))).toContain('CAIRN_ANCHOR_MISSING');
    const more = await unpackedOf(id);
    await more.write(`${id}/run.json`, new Uint8Array(1));
    expect(await failure(checkUnpacked(more))).toContain('CAIRN_ROUTE_FILES');
    await more.remove(`${id}/SHA256SUMS`);
    expect(await failure(checkUnpacked(more))).toContain('CAIRN_ROUTE_DAMAGED');
    expect(await failure(checkUnpacked(new MemoryStore('none')))).toContain('it is empty');
  });

  test.each([
    '../evil',
    'a1b2c3d4/../x',
    '/a1b2c3d4/manifest.json',
    'a1b2c3d4/deep/manifest.json',
    'a1b2c3d4/x.js',
  ])('%s has no place in one', (path) => {
    expect(isPackedPath(path)).toBe(false);
  });
});
