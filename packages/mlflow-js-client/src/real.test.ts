/** Round trips against real servers: what is sent is what they give again. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { MlflowClient } from './api.ts';
import { createClient } from './client.ts';
import { keyProblem } from './codec.ts';
import { MlflowError } from './errors.ts';
import { describeServer, type RealServer, type ServerLine } from './test-support/index.ts';
import type { Experiment, Metric, Run } from './types.ts';

const TIME = Date.UTC(2024, 1, 3, 4, 5, 6, 789);

describeServer('3', 'round trips', (server) => roundTrips('3', server));
describeServer('2', 'round trips', (server) => roundTrips('2', server));

function roundTrips(line: ServerLine, server: () => RealServer): void {
  let client: MlflowClient;
  let experiment: Experiment;
  let folder: string;
  beforeAll(async () => {
    client = createClient({ uri: server().uri, retry: { retries: 0 } });
    experiment = await client.experiments.getOrCreate({ name: 'Versuch ö 漢字 😀', tags: { kind: 'test' } });
    folder = await mkdtemp(join(tmpdir(), 'mlflow-real-'));
    return async () => {
      client.close();
      await rm(folder, { recursive: true });
    };
  }, 60_000);
  const newRun = (name: string): Promise<Run> =>
    client.runs.create({ experimentId: experiment.experimentId, name, startTime: TIME });
  const history = async (runId: string, key: string, pageSize?: number): Promise<Metric[]> => {
    const found: Metric[] = [];
    for await (const metric of client.runs.metricHistory(
      runId,
      key,
      pageSize === undefined ? {} : { pageSize },
    ))
      found.push(metric);
    return found;
  };
  const failure = async (promise: Promise<unknown>): Promise<MlflowError> => {
    const error: unknown = await promise.catch((reason: unknown) => reason);
    if (error instanceof MlflowError) return error;
    throw new Error('no MlflowError', { cause: error });
  };

  test('the server is healthy and says its version', async () => {
    expect(await client.server.healthy()).toBe(true);
    expect(await client.server.version()).toMatch(line === '3' ? /^3\.17\./ : /^2\.22\./);
  });

  test('experiments: unicode names, tags, search by pages, deleted and restored', async () => {
    const { experiments } = client;
    const { experimentId, name } = experiment;
    expect(await experiments.get(experimentId)).toMatchObject({ name, tags: { kind: 'test' } });
    await experiments.setTag(experimentId, 'mlflow.note.content', 'n'.repeat(5000));
    expect((await experiments.getByName(name))?.tags['mlflow.note.content']?.length).toBe(5000);
    expect(await experiments.getByName('no such')).toBeUndefined();

    const names = ['p1', 'p2', 'p3'];
    const made = await Promise.all([...names, ...names].map((one) => experiments.getOrCreate({ name: one })));
    expect(new Set(made.map((one) => one.experimentId)).size).toBe(3);
    const found = [];
    for await (const one of experiments.searchAll({ filter: "name LIKE 'p%'", maxResults: 2 }))
      found.push(one.name);
    expect(found.sort()).toEqual(names);

    const id = made[0]?.experimentId ?? '';
    await experiments.delete(id);
    expect((await experiments.getByName('p1'))?.lifecycleStage).toBe('deleted');
    const refused = await failure(client.runs.create({ experimentId: id }));
    expect(refused).toMatchObject({
      status: 400,
      hint: 'The experiment was deleted: restore it (experiments.restore), or use another name.',
    });
    expect(await failure(experiments.getOrCreate({ name: 'p1' }))).toMatchObject({
      errorCode: 'INVALID_STATE',
    });
    expect(await experiments.getOrCreate({ name: 'p1' }, { restore: true })).toMatchObject({
      experimentId: id,
      lifecycleStage: 'active',
    });
    expect((await experiments.get(id)).lifecycleStage).toBe('active');
  });

  test('a run of the past: times, user, name, status; deleted and restored', async () => {
    const { runs } = client;
    const { experimentId } = experiment;
    const run = await runs.create({
      experimentId,
      name: 'läuft',
      userId: 'ada',
      startTime: TIME,
      tags: { a: 1 },
    });
    await runs.update(run.runId, { status: 'KILLED', endTime: TIME + 1000 });
    expect(await runs.get(run.runId)).toMatchObject({
      name: 'läuft',
      userId: 'ada',
      status: 'KILLED',
      startTime: TIME,
      endTime: TIME + 1000,
      tags: { a: '1', 'mlflow.runName': 'läuft' },
    });
    await runs.update(run.runId, { name: 'other' });
    expect((await runs.get(run.runId)).name).toBe('other');
    await runs.delete(run.runId);
    expect(await failure(runs.setTag(run.runId, 'a', 2))).toMatchObject({
      hint: 'The run was deleted: restore it (runs.restore), or log to a new one.',
    });
    await runs.restore(run.runId);
    await runs.setTag(run.runId, 'a', 2);
    await runs.deleteTag(run.runId, 'mlflow.user').catch((error: unknown) => {
      if (!(error instanceof MlflowError)) throw error;
    });
    expect((await runs.get(run.runId)).tags['a']).toBe('2');
    expect(await failure(runs.get('0'.repeat(32)))).toMatchObject({
      status: 404,
      errorCode: 'RESOURCE_DOES_NOT_EXIST',
    });
  });

  test('5,000 metrics, 250 params of 6,000 characters, 150 tags in one batch', async () => {
    const { runId } = await newRun('large');
    const metrics = Array.from({ length: 5000 }, (_, i): Metric => ({
      key: ['train/loss', 'val/top1', 'Größe/漢 字'][i % 3] ?? '',
      value: Math.sin(i) * 10 ** ((i % 40) - 20),
      step: i - 100,
      timestamp: TIME + i,
    }));
    const long = '😀'.repeat(3000) + '漢'.repeat(3000);
    const params = Object.fromEntries(
      Array.from({ length: 250 }, (_, i) => [`p.ö/${i}`, i % 50 === 0 ? long : i]),
    );
    const tags = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`t ${i}`, `${i}\n"\\\u0007`]));
    const batch = { metrics, params, tags };
    const report = await client.runs.log(runId, batch);
    expect(report).toEqual({ requests: 10, metrics: 5000, params: 250, tags: 150, warnings: [] });
    expect(await client.verify(runId, batch, { exact: true })).toEqual({
      ok: true,
      differences: [],
      compared: { metrics: 5000, params: 250, tags: 150, datasets: 0, artifacts: 0 },
    });
    // All of it once more changes nothing.
    await client.runs.log(runId, batch);
    expect((await client.verify(runId, batch, { exact: true })).differences).toEqual([]);
    const paged = await history(runId, 'train/loss', 500);
    expect(paged.length).toBe(1667);
    const { metrics: latest } = await client.runs.get(runId);
    expect(latest['train/loss']).toMatchObject({ step: 4898, value: metrics[4998]?.value });
  });

  test('numbers at the edges', async () => {
    const { runId } = await newRun('edges');
    const values = [0, -0, 5e-324, -Number.MAX_VALUE, Number.MAX_VALUE, 0.1, 1 / 3, 1e21, 2 ** 53];
    const metrics = values.map((value, i): Metric => ({
      key: 'm',
      value,
      step: [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER][i] ?? i,
      timestamp: TIME + 0.9,
    }));
    await client.runs.log(runId, { metrics });
    expect(await client.verify(runId, { metrics }, { exact: true })).toMatchObject({ ok: true });
  });

  test('NaN reads back as NaN, infinities as the largest numbers, and nothing after them is lost', async () => {
    const { runId } = await newRun('odd');
    const metrics = [NaN, Infinity, -Infinity, 1].map((value, step): Metric => ({
      key: 'm',
      value,
      step,
      timestamp: TIME,
    }));
    const batch = { metrics, tags: { after: 'there' } };
    expect((await client.runs.log(runId, batch)).warnings).toMatchObject([{ kind: 'non-finite', count: 3 }]);
    expect((await history(runId, 'm')).map(({ value }) => value)).toEqual([1]);
    await client.runs.log(runId, batch, { nonFinite: 'send' });
    const largest = 1.7976931348623157e308;
    const read = new Map((await history(runId, 'm')).map(({ step, value }) => [step, value]));
    expect([0, 1, 2, 3].map((step) => read.get(step))).toEqual([NaN, largest, -largest, 1]);
    expect(await client.verify(runId, batch, { nonFinite: 'send', exact: true })).toMatchObject({ ok: true });
  });

  test('verify sees what the server loses behind a 200', async () => {
    const { runId } = await newRun('loss');
    const point = (step: number): Metric => ({ key: 'm', value: 0.5, step, timestamp: TIME });
    // What a client would send that does not look: a step of 1.5.
    const body = {
      run_id: runId,
      metrics: [point(0), point(1.5), point(2)],
      tags: [{ key: 't', value: 'x' }],
    };
    expect(await rawPost(`${server().uri}/api/2.0/mlflow/runs/log-batch`, body)).toBe(200);
    const { differences } = await client.verify(runId, { metrics: [point(0), point(2)], tags: { t: 'x' } });
    expect(differences.map(({ kind }) => kind)).toEqual(['tag', 'metric']);
  });

  test('params: the same again, another value, too long', async () => {
    const { runId } = await newRun('params');
    await client.runs.logParam(runId, 'p', 1);
    await client.runs.log(runId, { params: { p: 1 } });
    const refused = await failure(client.runs.log(runId, { params: { p: 2 } }));
    expect(refused).toMatchObject({
      status: 400,
      errorCode: 'INVALID_PARAMETER_VALUE',
      hint: 'Params cannot change once they are logged: use another key, a tag, or a new run.',
    });
    const batch = { params: { long: 'x'.repeat(6500) }, tags: { long: '漢'.repeat(8500) } };
    const { warnings } = await client.runs.log(runId, batch);
    expect(warnings.map(({ kind }) => kind)).toEqual(['param-cut', 'tag-cut']);
    const { params, tags } = await client.runs.get(runId);
    expect([params['long']?.length, tags['long']?.length]).toEqual([6000, 8000]);
    expect(await client.verify(runId, batch)).toMatchObject({ ok: true });
  });

  test.each([
    'a',
    'a b',
    'ö/漢',
    'x:y',
    '.a',
    'a.',
    '²½Ⅷ',
    'a@b',
    'a[0]',
    '/a',
    'a//b',
    'a/',
    '..a',
    './a',
    'e\u0301',
  ])('the server and the client agree about the key %j', async (key) => {
    const { runId } = await newRun('keys');
    const status = await rawPost(`${server().uri}/api/2.0/mlflow/runs/log-batch`, {
      run_id: runId,
      tags: [{ key, value: 'v' }],
      metrics: [{ key, value: 1, step: 0, timestamp: TIME }],
    });
    expect(status === 200).toBe(keyProblem(key) === undefined);
  });

  test('nested runs, and search by tag, order and pages', async () => {
    const { experimentId } = await client.experiments.getOrCreate({ name: 'nested' });
    const parent = await client.runs.create({ experimentId, name: 'parent', tags: { 'cairn.run_uid': 'p' } });
    const children = [];
    for (const i of [0, 1, 2, 3, 4]) {
      const tags = { 'cairn.run_uid': `c${i}` };
      const run = { experimentId, name: `c${i}`, parentRunId: parent.runId, startTime: TIME + i, tags };
      const first = await client.runs.getOrCreate(run, 'cairn.run_uid');
      const again = await client.runs.getOrCreate(run, 'cairn.run_uid');
      expect([first.created, again.created, again.run.runId]).toEqual([true, false, first.run.runId]);
      children.push(first.run.runId);
    }
    const found: string[] = [];
    const filter = `tags.mlflow.parentRunId = '${parent.runId}'`;
    const options = { filter, orderBy: ['attributes.start_time ASC'], maxResults: 2 };
    for await (const { runId } of client.runs.searchAll([experimentId], options)) found.push(runId);
    expect(found).toEqual(children);
    const page = await client.runs.search([experimentId], options);
    expect(page.items.length).toBe(2);
    expect(page.nextPageToken).toBeDefined();
  });

  test('datasets', async () => {
    const { runId } = await newRun('datasets');
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
      await client.runs.logDatasets(runId, [{ ...dataset, name: dataset.context }]);
    const sent = datasets.map((dataset) => ({ ...dataset, name: dataset.context }));
    expect(await client.verify(runId, { datasets: sent })).toMatchObject({
      ok: true,
      compared: { datasets: 3 },
    });
    const other = sent.map((dataset) => ({ ...dataset, profile: '{}' }));
    expect((await client.verify(runId, { datasets: other })).differences.length).toBe(3);
    await client.runs.logMetric(runId, {
      key: 'm',
      value: 1,
      step: 0,
      timestamp: TIME,
      ...(line === '3' && { datasetName: 'test', datasetDigest: '0123456789abcdef0123456789abcdef' }),
    });
    expect(
      await failure(client.runs.logDatasets(runId, [{ ...sent[0]!, digest: 'f'.repeat(64) }])),
    ).toMatchObject({
      errorCode: 'INVALID_ARGUMENT',
    });
  });

  test('artifacts: sizes, folders, odd names, contents', async () => {
    const run = await newRun('artifacts');
    const { artifacts } = client;
    const large = join(folder, 'large.bin');
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
    expect(await client.verify(run.runId, { artifacts: sent })).toMatchObject({ ok: true });
    expect((await artifacts.list(run)).filter(({ isFolder }) => isFolder).map(({ path }) => path)).toEqual([
      'deep',
      'figures',
    ]);
    for (const [path, body] of Object.entries(bodies))
      expect(Buffer.from(await artifacts.download(run, path)).toString()).toBe(body);
    expect(Buffer.compare(await artifacts.download(run, 'deep/large.bin'), bytes)).toBe(0);
    expect(await failure(artifacts.download(run, 'none'))).toBeInstanceOf(MlflowError);
  });

  test('logged models and outputs', async () => {
    const run = await newRun('models');
    const { experimentId } = experiment;
    const { models } = client;
    const anchor = {
      experimentId,
      name: 'anchor-3',
      sourceRunId: run.runId,
      params: { epoch: 3 },
      tags: { a: 'b' },
    };
    if (line === '2') {
      const refused = await failure(models.create(anchor));
      expect(refused).toMatchObject({ errorCode: 'ENDPOINT_NOT_FOUND', retryable: false });
      expect(refused.hint).toMatch(/^This server is older than the call/);
      return;
    }
    const model = await models.create({ ...anchor, modelType: 'anchor' });
    await client.artifacts.upload(model, 'weights/a.bin', 'abc');
    expect(await client.artifacts.listAll(model)).toEqual([
      { path: 'weights/a.bin', isFolder: false, bytes: 3 },
    ]);
    await models.setTags(model.modelId, { more: 1 });
    await models.logParams(model.modelId, { hash: 'f00' });
    expect((await models.finish(model.modelId, 'READY')).status).toBe('READY');
    await client.runs.logModelOutputs(run.runId, [{ modelId: model.modelId, step: 12 }]);
    await client.runs.logModelInputs(run.runId, [model.modelId]);
    expect(await models.get(model.modelId)).toMatchObject({
      name: 'anchor-3',
      sourceRunId: run.runId,
      modelType: 'anchor',
      status: 'READY',
      params: { epoch: '3', hash: 'f00' },
    });
    expect((await models.get(model.modelId)).tags).toMatchObject({ a: 'b', more: '1' });
    const read = await client.runs.get(run.runId);
    expect([read.modelInputs, read.modelOutputs]).toEqual([
      [model.modelId],
      [{ modelId: model.modelId, step: 12 }],
    ]);
    const found = [];
    for await (const one of models.searchAll([experimentId], { maxResults: 1 })) found.push(one.modelId);
    expect(found).toEqual([model.modelId]);
  });

  test('the host check', async () => {
    const port = new URL(server().uri).port;
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
    expect(status).toBe(line === '3' ? 403 : 404);
  });

  test('killed and started again: calls wait for it', async () => {
    const { runId } = await newRun('restart');
    const patient = createClient({
      uri: server().uri,
      retry: { retries: 10, backoffMs: 500, maxDelayMs: 30_000 },
    });
    await server().kill();
    expect(await failure(client.runs.get(runId))).toMatchObject({
      errorCode: 'CONNECTION_FAILED',
      retryable: true,
    });
    const sent = { metrics: [{ key: 'm', value: 1, step: 0, timestamp: TIME }] };
    const [report] = await Promise.all([patient.runs.log(runId, sent), server().restart()]);
    expect(report.metrics).toBe(1);
    expect(await patient.verify(runId, sent, { exact: true })).toMatchObject({ ok: true });
    patient.close();
  });
}

function byPath(a: { path: string }, b: { path: string }): number {
  return a.path < b.path ? -1 : 1;
}

async function rawPost(url: string, body: object): Promise<number> {
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  await answer.arrayBuffer();
  return answer.status;
}
