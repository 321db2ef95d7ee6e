/** Round trips of nested runs, datasets, artifacts and models. */
import { readFile, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TIME, type RoundTrips } from './round-trips.ts';

export function thingTrips(t: RoundTrips): void {
  test('nested runs, and search by tag, order and pages', async () => {
    const { experimentId } = await t.client.experiments.getOrCreate({ name: 'nested' });
    const parent = await t.client.runs.create({
      experimentId,
      name: 'parent',
      tags: { 'cairn.run_uid': 'p' },
    });
    const children = [];
    for (const i of [0, 1, 2, 3, 4]) {
      const tags = { 'cairn.run_uid': `c${i}` };
      const run = { experimentId, name: `c${i}`, parentRunId: parent.runId, startTime: TIME + i, tags };
      const first = await t.client.runs.getOrCreate(run, 'cairn.run_uid');
      const again = await t.client.runs.getOrCreate(run, 'cairn.run_uid');
      expect([first.created, again.created, again.run.runId]).toEqual([true, false, first.run.runId]);
      children.push(first.run.runId);
    }
    const found: string[] = [];
    const filter = `tags.mlflow.parentRunId = '${parent.runId}'`;
    const options = { filter, orderBy: ['attributes.start_time ASC'], pageSize: 2 };
    for await (const { runId } of t.client.runs.searchAll([experimentId], options)) found.push(runId);
    expect(found).toEqual(children);
    const page = await t.client.runs.search([experimentId], options);
    expect(page.items.length).toBe(2);
    expect(page.nextPageToken).toBeDefined();
  });

  test('datasets', async () => {
    const { runId } = await t.newRun('datasets');
    const profile = JSON.stringify({ num_rows: 50_000 });
    const datasets = ['train', 'val', 'test'].map((context) => ({
      name: 'cifar100 ö',
      digest: '0123456789abcdef0123456789abcdef',
      sourceType: 'local',
      source: JSON.stringify({ uri: 'x'.repeat(60_000) }),
      schema: '{"mlflow_colspec":[]}',
      profile,
      context,
    }));
    for (const dataset of datasets)
      await t.client.runs.logDatasets(runId, [{ ...dataset, name: dataset.context }]);
    const sent = datasets.map((dataset) => ({ ...dataset, name: dataset.context }));
    expect(await t.client.verify(runId, { datasets: sent })).toMatchObject({
      ok: true,
      compared: { datasets: 3 },
    });
    const other = sent.map((dataset) => ({ ...dataset, profile: '{}' }));
    expect((await t.client.verify(runId, { datasets: other })).differences.length).toBe(3);
    await t.client.runs.logMetric(runId, {
      key: 'm',
      value: 1,
      step: 0,
      timestamp: TIME,
      ...(t.line === '3' && { datasetName: 'test', datasetDigest: '0123456789abcdef0123456789abcdef' }),
    });
    expect(
      await t.failure(t.client.runs.logDatasets(runId, [{ ...sent[0]!, digest: 'f'.repeat(64) }])),
    ).toMatchObject({
      errorCode: 'INVALID_ARGUMENT',
    });
  });

  test('artifacts: sizes, folders, odd names, contents', async () => {
    const run = await t.newRun('artifacts');
    const { artifacts } = t.client;
    const large = join(t.folder, 'large.bin');
    const bytes = Buffer.alloc(2_000_003, 'cairn');
    await writeFile(large, bytes);
    const bodies = { 'a.txt': 'text', empty: '', 'deep/er/ö 漢+~%.txt': 'odd', 'figures/x.svg': '<svg/>' };
    for (const [path, body] of Object.entries(bodies)) await artifacts.upload(run, path, body);
    await artifacts.upload(run, 'deep/large.bin', { file: large });
    const sent = [
      ...Object.entries(bodies).map(([path, body]) => ({ path, bytes: Buffer.byteLength(body) })),
      { path: 'deep/large.bin', bytes: bytes.length },
    ];
    const listed = await artifacts.listAll(run);
    expect(listed.map(({ path, bytes }) => ({ path, bytes })).sort(byPath)).toEqual(sent.sort(byPath));
    expect(await t.client.verify(run.runId, { artifacts: sent })).toMatchObject({ ok: true });
    expect((await artifacts.list(run)).filter(({ isFolder }) => isFolder).map(({ path }) => path)).toEqual([
      'deep',
      'figures',
    ]);
    for (const [path, body] of Object.entries(bodies))
      expect(Buffer.from(await artifacts.download(run, path)).toString()).toBe(body);
    expect(Buffer.compare(await artifacts.download(run, 'deep/large.bin'), bytes)).toBe(0);
    expect(await t.failure(artifacts.download(run, 'none'))).toMatchObject({
      errorCode: 'RESOURCE_DOES_NOT_EXIST',
    });
    expect(await t.failure(artifacts.download(run, 'deep'))).toMatchObject({
      errorCode: 'INVALID_ARGUMENT',
      message: 'The artifact deep is a folder',
    });
    const copy = join(t.folder, 'copy.bin');
    await artifacts.downloadTo(run, 'deep/large.bin', copy);
    expect(Buffer.compare(await readFile(copy), bytes)).toBe(0);
    await artifacts.upload(run, 'a.txt', 'other');
    expect(Buffer.from(await artifacts.download(run, 'a.txt')).toString()).toBe('other');
  });

  test('artifacts in a folder with spaces, and in one of this machine', async () => {
    const { artifacts, experiments, runs } = t.client;
    for (const artifactLocation of ['mlflow-artifacts:/my folder ö', join(t.folder, 'here ö')]) {
      const { experimentId } = await experiments.getOrCreate({ name: artifactLocation, artifactLocation });
      const run = await runs.create({ experimentId });
      expect(run.artifactUri.startsWith(artifactLocation)).toBe(true);
      await artifacts.upload(run, 'a/b.txt', 'text');
      expect(await artifacts.listAll(run)).toEqual([{ path: 'a/b.txt', isFolder: false, bytes: 4 }]);
      expect(Buffer.from(await artifacts.download(run, 'a/b.txt')).toString()).toBe('text');
    }
  });

  test('logged models and outputs', async () => {
    const run = await t.newRun('models');
    const { experimentId } = t.experiment;
    const { models } = t.client;
    const anchor = {
      experimentId,
      name: 'anchor-3',
      sourceRunId: run.runId,
      params: { epoch: 3 },
      tags: { a: 'b' },
    };
    if (t.line === '2') {
      const refused = await t.failure(models.create(anchor));
      expect(refused).toMatchObject({ errorCode: 'ENDPOINT_NOT_FOUND', retryable: false });
      expect(refused.hint).toMatch(/^This server is older than the call/);
      return;
    }
    const model = await models.create({ ...anchor, modelType: 'anchor' });
    await t.client.artifacts.upload(model, 'weights/a.bin', 'abc');
    expect(await t.client.artifacts.listAll(model)).toEqual([
      { path: 'weights/a.bin', isFolder: false, bytes: 3 },
    ]);
    await models.setTags(model.modelId, { more: 1 });
    await models.logParams(model.modelId, { hash: 'f00' });
    expect((await models.finish(model.modelId, 'READY')).status).toBe('READY');
    await t.client.runs.logModelOutputs(run.runId, [{ modelId: model.modelId, step: 12 }]);
    for (const ids of [[model.modelId], [model.modelId]]) await t.client.runs.logModelInputs(run.runId, ids);
    // What the server refuses to do twice, and so is not repeated where an answer got lost.
    const output = { modelId: model.modelId, step: 12 };
    for (const again of [
      () => t.client.runs.logModelOutputs(run.runId, [output]),
      () => models.logParams(model.modelId, { hash: 'f00' }),
    ])
      expect(await t.failure(again())).toMatchObject({ status: 400, errorCode: 'BAD_REQUEST' });
    await models.finish(model.modelId, 'READY');
    expect(await models.get(model.modelId)).toMatchObject({
      name: 'anchor-3',
      sourceRunId: run.runId,
      modelType: 'anchor',
      status: 'READY',
      params: { epoch: '3', hash: 'f00' },
    });
    expect((await models.get(model.modelId)).tags).toMatchObject({ a: 'b', more: '1' });
    const read = await t.client.runs.get(run.runId);
    expect([read.modelInputs, read.modelOutputs]).toEqual([
      [model.modelId],
      [{ modelId: model.modelId, step: 12 }],
    ]);
    const found = [];
    for await (const one of models.searchAll([experimentId], { pageSize: 1 })) found.push(one.modelId);
    expect(found).toEqual([model.modelId]);
  });

  test('the host check', async () => {
    const port = new URL(t.server().uri).port;
    const status = await new Promise((resolve, reject) => {
      const headers = { Host: 'mlflow.example:5000' };
      httpRequest(
        { host: '127.0.0.1', port, path: '/api/2.0/mlflow/runs/get?run_id=x', headers },
        (answer) => {
          answer.resume().on('end', () => resolve(answer.statusCode));
        },
      )
        .on('error', reject)
        .end();
    });
    expect(status).toBe(t.line === '3' ? 403 : 404);
  });
}

function byPath(a: { path: string }, b: { path: string }): number {
  return a.path < b.path ? -1 : 1;
}
