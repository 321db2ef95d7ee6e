import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryStore } from '@cairn/core';
import { createClient, type ClientOptions } from 'mlflow-js-client';
import { describeServer, startScripted, type Reply } from 'mlflow-js-client/test-support';
import { expect, onTestFinished, test } from 'vitest';
import { Journal } from '../journal.ts';
import { finishedStudy, PARENT, runRecords, smallStudy, write } from '../test-support/small-study.ts';
import { Cursors } from './cursor.ts';
import { LiveSync, type LiveOptions } from './live-sync.ts';
import { SyncSession, UID } from './session.ts';
import type { StudySource } from './source.ts';
import { StudySync } from './sync-study.ts';

interface Live {
  readonly live: LiveSync;
  readonly warnings: string[];
}

function liveSync(
  uri: string,
  source: StudySource,
  options: Partial<LiveOptions> = {},
  client: Partial<ClientOptions> = {},
): Live {
  const warnings: string[] = [];
  const retry = { retries: 0 };
  const connected = createClient({ uri, retry, timeoutMs: 500, ...client });
  onTestFinished(() => connected.close());
  const session = new SyncSession({ client: connected, cursors: new Cursors(new MemoryStore()) });
  const quick = { every: 20, backoff: 20, longest: 100 };
  const warn = (text: string): void => void warnings.push(text);
  return { live: new LiveSync(new StudySync(session, source), { ...quick, warn, ...options }), warnings };
}

async function scripted(reply: (index: number) => Reply): Promise<string> {
  const server = await startScripted((_, index) => reply(index));
  onTestFinished(server.stop);
  return server.uri;
}

const LAST_WORDS = 'training goes on, the journals keep everything';

test.each([
  ['401', (): Reply => ({ status: 401, body: 'no' })],
  [
    '403 for the host name',
    (): Reply => ({ status: 403, body: 'Invalid Host header - possible DNS rebinding' }),
  ],
  ['500', (): Reply => ({ status: 500, body: { error_code: 'INTERNAL_ERROR', message: 'disk full' } })],
  ['503', (): Reply => ({ status: 503, body: 'busy' })],
  ['silence', (): Reply => ({ trouble: 'silence' })],
  ['a connection that ends in the middle', (): Reply => ({ trouble: 'half' })],
])('a server that answers with %s: one warning, and an end in time', async (_, reply) => {
  const { source } = await finishedStudy();
  const { live, warnings } = liveSync(await scripted(reply), source);
  live.start();
  await sleep(300);
  const begin = performance.now();
  expect(await live.close(1000)).toBe(false);
  expect(performance.now() - begin).toBeLessThan(20_000); // of a busy machine
  expect(warnings.length).toBe(1);
  expect(warnings[0]).toContain(LAST_WORDS);
});

test('a server that is not there', async () => {
  const { source } = await finishedStudy();
  const { live, warnings } = liveSync('http://127.0.0.1:9', source);
  live.start();
  await sleep(200);
  expect(await live.close(500)).toBe(false);
  expect(warnings.map((text) => text.includes(LAST_WORDS))).toEqual([true]);
});

test('a slow server is cut off at the end', async () => {
  const { source } = await finishedStudy();
  const uri = await scripted(() => ({ trouble: 'silence' }));
  const { live } = liveSync(uri, source, {}, { timeoutMs: 60_000 });
  live.start();
  await sleep(50);
  const begin = performance.now();
  expect(await live.close(200)).toBe(false);
  expect(performance.now() - begin).toBeLessThan(20_000);
});

describeServer('3', 'live', (server) => {
  test('the server dies and comes back during a study: nothing lost, nothing twice', async () => {
    const study = smallStudy(['kd', 'rco'], () => true);
    await write(study.root, PARENT);
    const name = `live ${process.pid}`;
    const source = { ...study.source, experiment: name };
    const { live, warnings } = liveSync(server().uri, source, {}, { timeoutMs: 20_000 });
    live.start();
    const journals = await Promise.all(
      Object.entries(study.stores).map(async ([condition, store]) => ({
        records: await runRecords(store, `live-${condition}`, condition),
        journal: await Journal.open(store, 'journal.jsonl'),
      })),
    );
    const longest = Math.max(...journals.map(({ records }) => records.length));
    for (let i = 0; i < longest; i++) {
      if (i === 5) await server().kill();
      if (i === 9) await server().restart();
      for (const { records, journal } of journals) {
        const record = records[i];
        if (record !== undefined) journal.record(record);
        await journal.flush();
      }
      await sleep(100);
    }
    expect(await live.close(60_000)).toBe(true);
    expect(warnings.length).toBeLessThanOrEqual(1);

    const client = createClient({ uri: server().uri });
    const experiment = await client.experiments.getByName(name);
    const runs = [];
    for await (const run of client.runs.searchAll([experiment?.experimentId ?? ''])) runs.push(run);
    expect(runs.map(({ tags }) => tags[UID]).sort()).toEqual(['live-kd', 'live-rco', 'parent']);
    for (const run of runs.filter(({ tags }) => tags[UID] !== 'parent')) {
      expect(run.status).toBe('FINISHED');
      const points = [];
      for await (const { step, value } of client.runs.metricHistory(run.runId, 'val/top1'))
        points.push([step, value]);
      expect(points).toEqual([
        [1, 0.25],
        [2, 0.5],
      ]);
    }
    client.close();
  });
});
