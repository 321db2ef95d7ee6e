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
  expect(await refusal('sync')).toMatchInlineSnapshot(`
    "2
    error CAIRN_SYNC_TARGET  cairn sync: to which server?
      cairn sync http://host:port, or set MLFLOW_TRACKING_URI
      without a server: cairn ui
    "
  `);
});

test('folders and Databricks are no servers', async () => {
  expect(await refusal('sync file:///data/mlruns')).toMatchInlineSnapshot(`
    "2
    error CAIRN_SYNC_TARGET  cairn sync: "file:///data/mlruns" is no server
      MLflow gave file stores up: move them with mlflow migrate-filestore --source <folder> --target sqlite:///<file>, start mlflow server --backend-store-uri sqlite:///<file>, and give its http:// address.
      without a server: cairn ui
    "
  `);
  expect(await refusal('sync databricks')).toMatchInlineSnapshot(`
    "2
    error CAIRN_SYNC_TARGET  cairn sync: "databricks" is no server
      Databricks is not supported: give an http(s):// address of MLflow.
      without a server: cairn ui
    "
  `);
  expect(await refusal('sync', { MLFLOW_TRACKING_URI: './mlruns' })).toMatchInlineSnapshot(`
    "2
    error CAIRN_SYNC_TARGET  cairn sync: "./mlruns" is no server
      MLflow gave file stores up: move them with mlflow migrate-filestore --source <folder> --target sqlite:///<file>, start mlflow server --backend-store-uri sqlite:///<file>, and give its http:// address.
      without a server: cairn ui
    "
  `);
});

test('a study that is not there', async () => {
  expect(await refusal('sync http://127.0.0.1:9 --study=quickstrat')).toMatchInlineSnapshot(`
    "2
    error CAIRN_STUDY_ABSENT  no runs of "quickstrat"
      no runs yet: cairn run quickstart
    "
  `);
});

test('no MLflow on this machine: how to get one', async () => {
  expect(await refusal('ui --no-open', { PATH: '/nowhere' })).toMatchInlineSnapshot(`
    "1
    error CAIRN_MLFLOW_MISSING  no MLflow found: tried mlflow, python3 -m mlflow, python -m mlflow
      pip install mlflow        (mlflow-skinny has no user interface)
      or cairn ui --uvx, cairn ui --pipx: they fetch it, hundreds of megabytes the first time
      or set CAIRN_MLFLOW to its program; the journals keep everything until then
    "
  `);
  expect(await refusal('ui --uvx --pipx')).toMatchInlineSnapshot(`
    "2
    error CAIRN_FLAG_INVALID  cairn ui: --uvx and --pipx
      one of them
    "
  `);
});
