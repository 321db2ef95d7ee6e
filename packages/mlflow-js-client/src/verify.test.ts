import { afterEach, expect, test } from 'vitest';
import { createClient } from './client.ts';
import { startScripted, type Asked, type Reply, type ScriptedServer } from './test-support/index.ts';
import type { Metric } from './types.ts';

let server: ScriptedServer | undefined;
afterEach(() => server?.stop());

interface Pair {
  readonly key: string;
  readonly value: string;
}
interface Stored {
  metrics: { key: string; value: number | string; step: number; timestamp: number }[];
  params: Pair[];
  tags: Pair[];
}

/** MLflow's parser: at the first number that it cannot read it stores 0, drops what follows, and answers 200. */
function lossy(stored: Stored, unreadable: (metric: Metric) => boolean): (asked: Asked) => Reply {
  return ({ path, json, query }) => {
    if (path.endsWith('log-batch')) {
      const { metrics = [], params = [], tags = [] } = json as unknown as Partial<Stored>;
      const bad = metrics.findIndex((metric) => unreadable(metric as Metric));
      stored.params.push(...params);
      stored.metrics.push(...(bad < 0 ? metrics : metrics.slice(0, bad)));
      if (bad < 0) stored.tags.push(...tags);
      else stored.metrics.push({ ...(metrics[bad] as Stored['metrics'][0]), value: 0 });
    }
    if (path.endsWith('runs/get')) {
      const { params, tags } = stored;
      return { body: { run: { info: { run_id: 'r', status: 'RUNNING' }, data: { params, tags } } } };
    }
    if (path.endsWith('get-history'))
      return { body: { metrics: stored.metrics.filter(({ key }) => key === query.get('metric_key')) } };
    if (path.endsWith('artifacts/list'))
      return { body: { files: [{ path: 'a/x.txt', is_dir: false, file_size: 3 }] } };
    return {};
  };
}

const metrics = [1, 2, 3, 4].map((step): Metric => ({
  key: 'm',
  value: step / 3,
  step,
  timestamp: 1000 + step,
}));
const batch = { metrics, params: { p: 'v'.repeat(200) }, tags: { t: 1 } };

async function clientOf(
  stored: Stored,
  unreadable: (metric: Metric) => boolean,
): Promise<ReturnType<typeof createClient>> {
  server = await startScripted(lossy(stored, unreadable));
  return createClient({ uri: server.uri });
}

const empty = (): Stored => ({ metrics: [], params: [], tags: [] });

test('a batch of which a part was lost behind a 200', async () => {
  const { runs, verify } = await clientOf(empty(), ({ step }) => step === 3);
  await runs.log('r', batch);
  const found = await verify('r', { ...batch, status: 'FINISHED' });
  expect(found).toMatchInlineSnapshot(`
    {
      "compared": {
        "artifacts": 0,
        "datasets": 0,
        "metrics": 4,
        "params": 1,
        "tags": 1,
      },
      "differences": [
        {
          "key": "status",
          "kind": "run",
          "message": "status: FINISHED was sent, RUNNING is there",
        },
        {
          "key": "t",
          "kind": "tag",
          "message": "tag t: "1" was sent, nothing is there",
        },
        {
          "key": "m",
          "kind": "metric",
          "message": "metric m: 2 of 4 points missing, the first at step 3: 1 was sent, 0 is there",
        },
      ],
      "ok": false,
    }
  `);
});

test('a batch that arrived', async () => {
  const { runs, verify } = await clientOf(empty(), () => false);
  await runs.log('r', batch);
  expect(await verify('r', batch, { exact: true })).toEqual({
    ok: true,
    differences: [],
    compared: { metrics: 4, params: 1, tags: 1, datasets: 0, artifacts: 0 },
  });
});

test('points that nobody sent, points twice, other artifacts, missing datasets', async () => {
  const stored = empty();
  const { runs, verify } = await clientOf(stored, () => false);
  await runs.log('r', batch);
  await runs.log('r', { metrics: [{ key: 'm', value: 9, step: 9, timestamp: 9 }] });
  stored.metrics.push({ key: 'm', value: 1 / 3, step: 1, timestamp: 1001 });
  const sent = {
    metrics,
    datasets: [{ name: 'd', digest: '12', sourceType: 'local', source: '{}' }],
    artifacts: [
      { path: 'a/x.txt', bytes: 4 },
      { path: 'a/y.txt', bytes: 1 },
    ],
  };
  const { differences } = await verify('r', sent, { exact: true });
  expect(differences.map(({ message }) => message)).toMatchInlineSnapshot(`
    [
      "dataset d (12): is not there",
      "metric m: points that are there more than once: 1",
      "metric m: points that were not sent: 1",
      "artifact a/x.txt: 4 bytes were sent, 3 is there",
      "artifact a/y.txt: is not there",
    ]
  `);
});

test('what is not finite is compared as it was sent', async () => {
  const stored = empty();
  const { runs, verify } = await clientOf(stored, () => false);
  const odd = [NaN, Infinity, -Infinity].map((value, step): Metric => ({
    key: 'm',
    value,
    step,
    timestamp: 1,
  }));
  await runs.log('r', { metrics: odd });
  expect(stored.metrics).toEqual([]);
  expect((await verify('r', { metrics: odd })).compared.metrics).toBe(0);
  await runs.log('r', { metrics: odd }, { nonFinite: 'send' });
  // What a store with SQL makes of them.
  stored.metrics = stored.metrics.map((metric) => ({
    ...metric,
    value: { Infinity: Number.MAX_VALUE, '-Infinity': -Number.MAX_VALUE }[metric.value] ?? metric.value,
  }));
  expect(await verify('r', { metrics: odd }, { nonFinite: 'send' })).toMatchObject({
    ok: true,
    compared: { metrics: 3 },
  });
});
