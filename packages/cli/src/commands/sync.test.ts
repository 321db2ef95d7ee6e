import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { cairn } from '../test-host.ts';

function home(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-sync-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function refusal(line: string, env: Readonly<Record<string, string>> = {}) {
  const { code, err } = await cairn(line, { env: { CAIRN_HOME: home(), ...env } });
  return `${code}\n${err}`;
}

test('without a server: which one?', async () => {
  expect(await refusal('sync')).toMatchInlineSnapshot();
});

test('folders and Databricks are no servers', async () => {
  expect(await refusal('sync file:///data/mlruns')).toMatchInlineSnapshot();
  expect(await refusal('sync databricks')).toMatchInlineSnapshot();
  expect(await refusal('sync', { MLFLOW_TRACKING_URI: './mlruns' })).toMatchInlineSnapshot();
});

test('a study that is not there', async () => {
  expect(await refusal('sync http://127.0.0.1:9 --study=quickstrat')).toMatchInlineSnapshot();
});

test('no MLflow on this machine: how to get one', async () => {
  expect(await refusal('ui --no-open', { PATH: '/nowhere' })).toMatchInlineSnapshot();
  expect(await refusal('ui --uvx --pipx')).toMatchInlineSnapshot();
});
