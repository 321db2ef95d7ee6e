/** Round trips against real servers: what is sent is what they give again. */
import { expect, test } from 'vitest';
import { createClient } from './client.ts';
import { keyProblem } from './encode.ts';
import { describeServer } from './test-support/index.ts';
import { roundTrips, TIME, type RoundTrips } from './test-support/round-trips.ts';
import { thingTrips } from './test-support/thing-trips.ts';
import type { Metric } from './types.ts';

for (const line of ['3', '2'] as const)
  describeServer(line, 'round trips', (server) => {
    const t = roundTrips(line, server);
    runTrips(t);
    thingTrips(t);
    restart(t);
  });

function runTrips(t: RoundTrips): void {
  test('the server is healthy and says its version', async () => {
    expect(await t.client.server.healthy()).toBe(true);
    expect(await t.client.server.version()).toMatch(t.line === '3' ? /^3\.17\./ : /^2\.22\./);
  });

  test('experiments: unicode names, tags, search by pages, deleted and restored', async () => {
    const { experiments } = t.client;
    const { experimentId, name } = t.experiment;
    expect(await experiments.get(experimentId)).toMatchObject({ name, tags: { kind: 'test' } });
    await experiments.setTag(experimentId, 'mlflow.note.content', 'n'.repeat(5000));
    expect((await experiments.getByName(name))?.tags['mlflow.note.content']?.length).toBe(5000);
    expect(await experiments.getByName('no such')).toBeUndefined();

    const names = ['p1', 'p2', 'p3'];
    const made = await Promise.all([...names, ...names].map((one) => experiments.getOrCreate({ name: one })));
    expect(new Set(made.map((one) => one.experimentId)).size).toBe(3);
    const found = [];
    for await (const one of experiments.searchAll({ filter: "name LIKE 'p%'", pageSize: 2 }))
      found.push(one.name);
    expect(found.sort()).toEqual(names);

    const id = made[0]?.experimentId ?? '';
    await experiments.delete(id);
    expect((await experiments.getByName('p1'))?.lifecycleStage).toBe('deleted');
    const refused = await t.failure(t.client.runs.create({ experimentId: id }));
    expect(refused).toMatchObject({
      status: 400,
      hint: 'The experiment was deleted: restore it (experiments.restore), or use another name.',
    });
    expect(await t.failure(experiments.getOrCreate({ name: 'p1' }))).toMatchObject({
      errorCode: 'INVALID_STATE',
    });
    const restored = [1, 2, 3].map(() => experiments.getOrCreate({ name: 'p1' }, { restore: true }));
    for (const one of await Promise.all(restored))
      expect(one).toMatchObject({ experimentId: id, lifecycleStage: 'active' });
    expect((await experiments.get(id)).lifecycleStage).toBe('active');
  });

  test('a run of the past: times, user, name, status; deleted and restored', async () => {
    const { runs } = t.client;
    const { experimentId } = t.experiment;
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
    expect(await t.failure(runs.setTag(run.runId, 'a', 2))).toMatchObject({
      hint: 'The run was deleted: restore it (runs.restore), or log to a new one.',
    });
    await runs.restore(run.runId);
    await runs.setTag(run.runId, 'a', 2);
    expect((await runs.get(run.runId)).tags['a']).toBe('2');
    await runs.deleteTag(run.runId, 'a');
    expect((await runs.get(run.runId)).tags).not.toHaveProperty('a');
    expect(await t.failure(runs.deleteTag(run.runId, 'a'))).toMatchObject({
      errorCode: 'RESOURCE_DOES_NOT_EXIST',
    });
    await runs.setTag(run.runId, 'mlflow.runName', 'third');
    expect((await runs.get(run.runId)).name).toBe('third');
    expect(await t.failure(runs.get('0'.repeat(32)))).toMatchObject({
      status: 404,
      errorCode: 'RESOURCE_DOES_NOT_EXIST',
    });
  });

  test('5,000 metrics, 250 params of 6,000 characters, 150 tags in one batch', async () => {
    const { runId } = await t.newRun('large');
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
    const report = await t.client.runs.log(runId, batch);
    expect(report).toEqual({ requests: 10, metrics: 5000, params: 250, tags: 150, warnings: [] });
    expect(await t.client.verify(runId, batch, { exact: true })).toEqual({
      ok: true,
      differences: [],
      compared: { metrics: 5000, params: 250, tags: 150, datasets: 0, artifacts: 0 },
    });
    // All of it once more changes nothing, nor do points that come twice in one request.
    await t.client.runs.log(runId, batch);
    await t.client.runs.log(runId, { metrics: [...metrics.slice(0, 9), ...metrics.slice(0, 9)] });
    expect((await t.client.verify(runId, batch, { exact: true })).differences).toEqual([]);
    const paged = await t.history(runId, 'train/loss', 500);
    expect(paged.length).toBe(1667);
    const { metrics: latest } = await t.client.runs.get(runId);
    expect(latest['train/loss']).toMatchObject({ step: 4898, value: metrics[4998]?.value });
  });

  test('numbers at the edges', async () => {
    const { runId } = await t.newRun('edges');
    const values = [0, -0, 5e-324, -Number.MAX_VALUE, Number.MAX_VALUE, 0.1, 1 / 3, 1e21, 2 ** 53];
    const metrics = values.map((value, i): Metric => ({
      key: 'm',
      value,
      step: [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER][i] ?? i,
      timestamp: TIME + 0.9,
    }));
    await t.client.runs.log(runId, { metrics });
    expect(await t.client.verify(runId, { metrics }, { exact: true })).toMatchObject({ ok: true });
  });

  test('NaN reads back as NaN, infinities as the largest numbers, and nothing after them is lost', async () => {
    const { runId } = await t.newRun('odd');
    const metrics = [NaN, Infinity, -Infinity, 1].map((value, step): Metric => ({
      key: 'm',
      value,
      step,
      timestamp: TIME,
    }));
    const batch = { metrics, tags: { after: 'there' } };
    expect((await t.client.runs.log(runId, batch)).warnings).toMatchObject([
      { kind: 'non-finite', count: 3 },
    ]);
    expect((await t.history(runId, 'm')).map(({ value }) => value)).toEqual([1]);
    await t.client.runs.log(runId, batch, { nonFinite: 'send' });
    const largest = 1.7976931348623157e308;
    const read = new Map((await t.history(runId, 'm')).map(({ step, value }) => [step, value]));
    expect([0, 1, 2, 3].map((step) => read.get(step))).toEqual([NaN, largest, -largest, 1]);
    expect(await t.client.verify(runId, batch, { nonFinite: 'send', exact: true })).toMatchObject({
      ok: true,
    });
  });

  test('verify sees what the server loses behind a 200', async () => {
    const { runId } = await t.newRun('loss');
    const point = (step: number): Metric => ({ key: 'm', value: 0.5, step, timestamp: TIME });
    // What a client would send that does not look: a step of 1.5.
    const body = {
      run_id: runId,
      metrics: [point(0), point(1.5), point(2)],
      tags: [{ key: 't', value: 'x' }],
    };
    expect(await rawPost(`${t.server().uri}/api/2.0/mlflow/runs/log-batch`, body)).toBe(200);
    const { differences } = await t.client.verify(runId, { metrics: [point(0), point(2)], tags: { t: 'x' } });
    expect(differences.map(({ kind }) => kind)).toEqual(['tag', 'metric']);
  });

  test('params: the same again, another value, too long', async () => {
    const { runId } = await t.newRun('params');
    await t.client.runs.logParam(runId, 'p', 1);
    await t.client.runs.log(runId, { params: { p: 1 } });
    const refused = await t.failure(t.client.runs.log(runId, { params: { p: 2 } }));
    expect(refused).toMatchObject({
      status: 400,
      errorCode: 'INVALID_PARAMETER_VALUE',
      hint: 'Params cannot change once they are logged: use another key, a tag, or a new run.',
    });
    const batch = { params: { long: 'x'.repeat(6500) }, tags: { long: '漢'.repeat(8500) } };
    const { warnings } = await t.client.runs.log(runId, batch);
    expect(warnings.map(({ kind }) => kind)).toEqual(['param-cut', 'tag-cut']);
    const { params, tags } = await t.client.runs.get(runId);
    expect([params['long']?.length, tags['long']?.length]).toEqual([6000, 8000]);
    expect(await t.client.verify(runId, batch)).toMatchObject({ ok: true });
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
    const { runId } = await t.newRun('keys');
    const status = await rawPost(`${t.server().uri}/api/2.0/mlflow/runs/log-batch`, {
      run_id: runId,
      tags: [{ key, value: 'v' }],
      metrics: [{ key, value: 1, step: 0, timestamp: TIME }],
    });
    expect(status === 200).toBe(keyProblem(key) === undefined);
  });
}

// MLflow 2 has one password from the start, which MLflow 3 refuses.
for (const [line, password] of [
  ['3', 'a:p@ss/word 1'],
  ['2', 'password1234'],
] as const)
  describeServer(
    line,
    'user and password',
    (server) => {
      test('are asked for, and heard', async () => {
        const auth = { username: 'admin', password };
        const client = createClient({ uri: server().uri, auth });
        const { experimentId } = await client.experiments.getOrCreate({ name: 'secured' });
        const run = await client.runs.create({ experimentId });
        await client.artifacts.upload(run, 'a/b.txt', 'text');
        expect(Buffer.from(await client.artifacts.download(run, 'a/b.txt')).toString()).toBe('text');
        const inUri = createClient({
          uri: server().uri.replace('//', `//admin:${encodeURIComponent(password)}@`),
        });
        expect(await inUri.verify(run.runId, { artifacts: [{ path: 'a/b.txt', bytes: 4 }] })).toMatchObject({
          ok: true,
        });
        const stranger = createClient({ uri: server().uri, auth: { ...auth, password: 'wrong' } });
        await expect(stranger.runs.get(run.runId)).rejects.toMatchObject({
          status: 401,
          retryable: false,
          hint: 'Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.',
        });
        for (const each of [client, inUri, stranger]) each.close();
      });
    },
    {
      flags: ['--app-name', 'basic-auth'],
      env: { MLFLOW_FLASK_SERVER_SECRET_KEY: 'key', MLFLOW_AUTH_ADMIN_PASSWORD: password },
    },
  );

function restart(t: RoundTrips): void {
  test('killed and started again: calls wait for it', async () => {
    const { runId } = await t.newRun('restart');
    const patient = createClient({
      uri: t.server().uri,
      retry: { retries: 10, backoffMs: 500, maxDelayMs: 30_000 },
    });
    await t.server().kill();
    expect(await t.failure(t.client.runs.get(runId))).toMatchObject({
      errorCode: 'CONNECTION_FAILED',
      retryable: true,
    });
    const sent = { metrics: [{ key: 'm', value: 1, step: 0, timestamp: TIME }] };
    const [report] = await Promise.all([patient.runs.log(runId, sent), t.server().restart()]);
    expect(report.metrics).toBe(1);
    expect(await patient.verify(runId, sent, { exact: true })).toMatchObject({ ok: true });
    patient.close();
  });
}

async function rawPost(url: string, body: object): Promise<number> {
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  await answer.arrayBuffer();
  return answer.status;
}
