import { afterEach, describe, expect, test } from 'vitest';
import type { MlflowClient } from './api.ts';
import { createClient } from './client.ts';
import { MlflowError } from './errors.ts';
import type { ClientOptions, RetryNote } from './options.ts';
import { retryAfter, retryDelay } from './retry.ts';
import { startScripted, type Asked, type Reply, type ScriptedServer } from './test-support/index.ts';

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of cleanup.splice(0).reverse()) await end();
});

const run = { run: { info: { run_id: 'r1', experiment_id: '7' }, data: {} } };
const quick = { backoffMs: 1, jitterMs: 0 };

async function setUp(
  reply: (asked: Asked, index: number) => Reply,
  options: Partial<ClientOptions> = {},
): Promise<{ client: MlflowClient; server: ScriptedServer; retries: RetryNote[] }> {
  const server = await startScripted(reply);
  const retries: RetryNote[] = [];
  const onRetry = (note: RetryNote): unknown => retries.push(note);
  const client = createClient({ uri: server.uri, retry: quick, onRetry, ...options });
  cleanup.push(server.stop, client.close);
  return { client, server, retries };
}

async function failure(promise: Promise<unknown>): Promise<MlflowError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof MlflowError) return error;
  throw new Error('no MlflowError', { cause: error });
}

describe('retries', () => {
  test.each([408, 429, 500, 502, 503, 504])('%d is tried again', async (status) => {
    const { client, server, retries } = await setUp((_, i) =>
      i < 2 ? { status, body: 'busy' } : { body: run },
    );
    expect((await client.runs.get('r1')).runId).toBe('r1');
    expect(server.asked.length).toBe(3);
    expect(retries.map(({ attempt, delayMs }) => [attempt, delayMs])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  test.each(['hang-up', 'half'] as const)('a connection that ends (%s) is tried again', async (trouble) => {
    const { client, server } = await setUp((_, i) => (i === 0 ? { trouble } : { body: run }));
    expect((await client.runs.get('r1')).runId).toBe('r1');
    expect(server.asked.length).toBe(2);
  });

  test('silence ends with the timeout', async () => {
    const { client, server } = await setUp(() => ({ trouble: 'silence' }), {
      timeoutMs: 30,
      retry: { ...quick, retries: 1 },
    });
    const error = await failure(client.runs.get('r1'));
    expect(error).toMatchObject({ errorCode: 'TIMEOUT', status: undefined, retryable: true });
    expect(error.message.replace(server.uri, 'URI')).toMatchInlineSnapshot(
      `"GET URI/api/2.0/mlflow/runs/get: nothing was heard for 0.03 s"`,
    );
    expect(server.asked.length).toBe(2);
  });

  test('it gives up after the last try, with the last error', async () => {
    const { client, server } = await setUp(() => ({ status: 503, body: 'down' }), {
      retry: { ...quick, retries: 3 },
    });
    const error = await failure(client.runs.get('r1'));
    expect(error).toMatchObject({ status: 503, errorCode: 'HTTP_ERROR', retryable: true });
    expect(server.asked.length).toBe(4);
  });

  test.each([400, 401, 403, 404, 501])('%d is not tried again', async (status) => {
    const { client, server } = await setUp(() => ({ status, body: 'no' }));
    expect(await failure(client.runs.get('r1'))).toMatchObject({ status, retryable: false });
    expect(server.asked.length).toBe(1);
  });

  test('Retry-After is waited for', async () => {
    const { client, retries } = await setUp((_, i) =>
      i === 0 ? { status: 429, headers: { 'Retry-After': '0.05' } } : { body: run },
    );
    const begin = performance.now();
    await client.runs.get('r1');
    expect(performance.now() - begin).toBeGreaterThan(45);
    expect(retries.map(({ delayMs }) => delayMs)).toEqual([50]);
  });

  test('Retry-After: seconds, dates, the past, nonsense', () => {
    const now = Date.UTC(2030, 0, 1);
    expect(retryAfter('3', now)).toBe(3000);
    expect(retryAfter('Tue, 01 Jan 2030 00:00:10 GMT', now)).toBe(10_000);
    expect(retryAfter('Tue, 01 Jan 2019 00:00:10 GMT', now)).toBe(0);
    expect(retryAfter('soon', now)).toBeUndefined();
  });

  test('delays double, have jitter, and a limit', () => {
    const delays = [1, 2, 3, 7].map((attempt) => retryDelay({}, attempt, undefined, 0.5));
    expect(delays).toEqual([2500, 4500, 8500, 120_000]);
    expect(retryDelay({}, 1, 600_000, 0)).toBe(120_000);
    expect(retryDelay({ respectRetryAfter: false }, 1, 600_000, 0)).toBe(2000);
  });

  test('an abort ends a request, and a wait, with its reason', async () => {
    const { client } = await setUp((_, i) => (i === 0 ? { trouble: 'silence' } : { status: 503 }), {
      retry: { backoffMs: 60_000 },
    });
    for (let i = 0; i < 2; i++) {
      const abort = new AbortController();
      const reason = new Error('enough');
      setTimeout(() => abort.abort(reason), 50);
      await expect(client.runs.get('r1', { signal: abort.signal })).rejects.toBe(reason);
    }
    await expect(client.runs.get('r1', { signal: AbortSignal.abort('before') })).rejects.toBe('before');
  });

  test('an abort is not taken for an answer of the server', async () => {
    const { client } = await setUp(() => ({ trouble: 'silence' }));
    await expect(client.server.healthy({ signal: AbortSignal.timeout(30) })).rejects.toThrow(/timeout/);
    expect(await client.server.healthy({ timeoutMs: 30 })).toBe(false);
  });
});

describe('a run is not made twice', () => {
  test('create is repeated only where nothing was done', async () => {
    const busy = await setUp((_, i) => (i === 0 ? { status: 429 } : { body: run }));
    expect((await busy.client.runs.create({ experimentId: '7' })).runId).toBe('r1');
    const lost = await setUp(() => ({ trouble: 'hang-up' }));
    expect(await failure(lost.client.runs.create({ experimentId: '7' }))).toMatchObject({ retryable: true });
    expect(lost.server.asked.length).toBe(1);
  });

  test('getOrCreate looks for the run whose answer got lost', async () => {
    let made = 0;
    const { client, server } = await setUp(({ path }) => {
      if (path.endsWith('runs/search')) return { body: made > 0 ? { runs: [run.run] } : {} };
      made++;
      return { trouble: 'hang-up' };
    });
    const found = await client.runs.getOrCreate({ experimentId: '7', tags: { 'x.uid': "it's" } }, 'x.uid');
    expect(found).toMatchObject({ created: true, run: { runId: 'r1' } });
    expect(made).toBe(1);
    expect(server.asked[0]?.json?.['filter']).toBe('tags.`x.uid` = "it\'s"');
  });

  test('an experiment that another has just made is taken', async () => {
    let calls = 0;
    const { client } = await setUp(({ path }) => {
      if (path.endsWith('create'))
        return { status: 400, body: { error_code: 'RESOURCE_ALREADY_EXISTS', message: 'exists' } };
      return calls++ === 0
        ? { status: 404, body: { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'no' } }
        : { body: { experiment: { experiment_id: '3', name: 'e', lifecycle_stage: 'active' } } };
    });
    expect((await client.experiments.getOrCreate({ name: 'e' })).experimentId).toBe('3');
  });
});

describe('requests', () => {
  test('have a length, a type, credentials and the workspace, and nothing chunked', async () => {
    const { client, server } = await setUp(() => ({ body: run }), {
      auth: { username: 'ö', password: 'p:w' },
      workspace: 'w1',
      headers: () => ({ 'X-Extra': '1' }),
    });
    await client.runs.create({ experimentId: '7', startTime: 5.5, name: 'n', parentRunId: 'p' });
    const [asked] = server.asked;
    expect(asked?.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(asked?.text ?? '')),
      authorization: `Basic ${Buffer.from('ö:p:w').toString('base64')}`,
      'x-mlflow-workspace': 'w1',
      'x-extra': '1',
    });
    expect(asked?.headers).not.toHaveProperty('transfer-encoding');
    expect(asked?.headers).not.toHaveProperty('origin');
    expect(asked?.json).toMatchInlineSnapshot(`
      {
        "experiment_id": "7",
        "run_name": "n",
        "start_time": 5,
        "tags": [
          {
            "key": "mlflow.runName",
            "value": "n",
          },
          {
            "key": "mlflow.parentRunId",
            "value": "p",
          },
        ],
      }
    `);
  });

  test('the address may have a prefix and credentials, which the client does not show', async () => {
    const server = await startScripted(() => ({ body: run }));
    const uri = server.uri.replace('//', '//u%20x:p%40w@') + '/pre/fix//';
    const client = createClient({ uri });
    cleanup.push(server.stop, client.close);
    expect(client.uri).toBe(`${server.uri}/pre/fix`);
    await client.runs.get('a b');
    expect(server.asked[0]?.path).toBe('/pre/fix/api/2.0/mlflow/runs/get');
    expect(server.asked[0]?.query.get('run_id')).toBe('a b');
    expect(server.asked[0]?.headers['authorization']).toBe(
      `Basic ${Buffer.from('u x:p@w').toString('base64')}`,
    );
  });

  test('connections are kept and used again; what must not be repeated has one of its own', async () => {
    const { client, server } = await setUp(() => ({ body: run }));
    for (let i = 0; i < 3; i++) await client.runs.get('r1');
    await client.runs.create({ experimentId: '7' });
    const [first, second, third, fourth] = server.asked.map(({ port }) => port);
    expect([second, third]).toEqual([first, first]);
    expect(fourth).not.toBe(first);
  });

  test('a kept connection that the server closed meanwhile is no failure', async () => {
    const { client, server } = await setUp((_, i) => (i === 1 ? { trouble: 'hang-up' } : { body: run }), {
      retry: { retries: 0 },
    });
    await client.runs.get('r1');
    expect((await client.runs.get('r1')).runId).toBe('r1');
    expect(server.asked.length).toBe(3);
  });

  test.each(['', 'mlruns', 'file:///tmp/x', 'sqlite:///x.db', 'ftp://h'])('%j is no address', (uri) => {
    expect(() => createClient({ uri })).toThrow(/is not the address of a tracking server/);
  });

  test('pages are followed to the last', async () => {
    const { client, server } = await setUp(({ json }) => {
      const page = Number(json?.['page_token'] ?? 0);
      return { body: { runs: [run.run, run.run], next_page_token: page < 2 ? String(page + 1) : '' } };
    });
    const found = [];
    for await (const one of client.runs.searchAll(['7'], { pageSize: 2 })) found.push(one);
    expect(found.length).toBe(6);
    expect(server.asked.map(({ json }) => json?.['page_token'])).toEqual([undefined, '1', '2']);
  });
});
