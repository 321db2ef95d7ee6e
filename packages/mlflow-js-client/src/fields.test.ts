import { afterEach, expect, test } from 'vitest';
import type { MlflowClient } from './api.ts';
import { createClient } from './client.ts';
import { startScripted, type ScriptedServer } from './test-support/index.ts';

let server: ScriptedServer | undefined;
afterEach(() => server?.stop());

/** What plain JavaScript may pass, whatever the types say. */
function wrong<T>(value: unknown): T {
  return value as T;
}

const refused: readonly [message: string, (client: MlflowClient) => Promise<unknown>][] = [
  [
    'status is "DONE": one of RUNNING, SCHEDULED, FINISHED, FAILED, KILLED, LOGGED_MODEL_READY, LOGGED_MODEL_UPLOAD_FAILED is expected',
    ({ runs }) => runs.update('r', { status: wrong('DONE') }),
  ],
  ['max_results is 1.5: 1 to 50000 is expected', ({ runs }) => runs.search(['1'], { pageSize: 1.5 })],
  ['max_results is 0: 1 to 50000 is expected', ({ experiments }) => experiments.search({ pageSize: 0 })],
  ['max_results is null: 1 to 50000 is expected', ({ models }) => models.search(['1'], { pageSize: NaN })],
  [
    'max_results is 50001: 1 to 50000 is expected',
    ({ runs }) => all(runs.metricHistory('r', 'm', { pageSize: 50_001 })),
  ],
  [
    'run_view_type is "NONE": one of ACTIVE_ONLY, DELETED_ONLY, ALL is expected',
    ({ runs }) => runs.search(['1'], { viewType: wrong('NONE') }),
  ],
  ['experiment_id is 1: text is expected', ({ runs }) => runs.create({ experimentId: wrong(1) })],
  ['experiment_ids is 1: text is expected', ({ runs }) => runs.search(wrong([1]))],
  ['run_name is 5: text is expected', ({ runs }) => runs.update('r', { name: wrong(5) })],
  [
    'run_name is "a\\ud800": it has halves of characters (lone surrogates)',
    ({ runs }) => runs.update('r', { name: 'a\ud800' }),
  ],
  [
    'step is 0.5: a whole number is expected',
    ({ runs }) => runs.logModelOutputs('r', [{ modelId: 'm', step: 0.5 }]),
  ],
  [
    'source of dataset d is 5: text is expected',
    ({ runs }) => runs.logDatasets('r', [{ name: 'd', digest: 'd', sourceType: 'l', source: wrong(5) }]),
  ],
];

test.each(refused)('%s', async (message, call) => {
  server = await startScripted(() => ({}));
  const client = createClient({ uri: server.uri });
  await expect(call(client)).rejects.toMatchObject({ errorCode: 'INVALID_ARGUMENT', message });
  expect(server.asked).toEqual([]);
});

async function all(items: AsyncIterable<unknown>): Promise<void> {
  const read = [];
  for await (const item of items) read.push(item);
}

test('datasets: lengths, and as many requests as their bytes need', async () => {
  server = await startScripted(() => ({}));
  const { runs } = createClient({ uri: server.uri });
  const dataset = { name: 'd', digest: '12', sourceType: 'local', source: '漢'.repeat(65_535) };
  await runs.logDatasets(
    'r',
    Array.from({ length: 10 }, (_, i) => ({ ...dataset, name: `d${i}` })),
  );
  expect(server.asked.map(({ json }) => (json?.['datasets'] as unknown[]).length)).toEqual([4, 4, 2]);
  const limits = {
    name: 500,
    digest: 36,
    source: 65_535,
    schema: 1_048_575,
    profile: 16_777_215,
    context: 500,
  };
  for (const [what, limit] of Object.entries(limits))
    await expect(runs.logDatasets('r', [{ ...dataset, [what]: 'x'.repeat(limit + 1) }])).rejects.toThrow(
      `The ${what} of dataset "${what === 'name' ? 'x'.repeat(501) : 'd'}" has ${limit + 1} characters`,
    );
  await runs.logDatasets('r', []);
  expect(server.asked.length).toBe(3);
});
