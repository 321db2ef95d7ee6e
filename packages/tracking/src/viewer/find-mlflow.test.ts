import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { findMlflow } from './find-mlflow.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-find-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

/** A program on the PATH that answers one command line and no other. */
function program(name: string, asked: string, answer: string): void {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n[ "$*" = "${asked}" ] || exit 2\necho '${answer}'\n`);
  chmodSync(path, 0o755);
}

const env = () => ({ PATH: [folder, '/bin', '/usr/bin'].join(delimiter) });
const VERSION = 'mlflow, version 3.17.2';

test('mlflow on the PATH comes before a Python that has the module; CAIRN_MLFLOW before both', async () => {
  program('python3', '-m mlflow --version', 'python3 -m mlflow, version 3.1.0');
  expect(await findMlflow({ env: env() })).toEqual({
    command: ['python3', '-m', 'mlflow'],
    version: '3.1.0',
  });
  program('mlflow', '--version', VERSION);
  expect(await findMlflow({ env: env() })).toEqual({ command: ['mlflow'], version: '3.17.2' });
  program('own', '--version', 'mlflow, version 2.22.0');
  const own = join(folder, 'own');
  expect(await findMlflow({ env: { ...env(), CAIRN_MLFLOW: own } })).toEqual({
    command: [own],
    version: '2.22.0',
  });
});

test('uvx and pipx are asked for mlflow, and only where somebody wants that', async () => {
  program('uvx', '--from mlflow mlflow --version', VERSION);
  program('pipx', 'run --spec mlflow mlflow --version', VERSION);
  const only = { PATH: folder };
  expect((await findMlflow({ env: env(), fetch: 'uvx' })).command).toEqual([
    'uvx',
    '--from',
    'mlflow',
    'mlflow',
  ]);
  expect((await findMlflow({ env: env(), fetch: 'pipx' })).command).toEqual([
    'pipx',
    'run',
    '--spec',
    'mlflow',
    'mlflow',
  ]);
  await expect(findMlflow({ env: only })).rejects.toThrow(
    'no MLflow found: tried mlflow, python3 -m mlflow, python -m mlflow',
  );
});

test('an MLflow of a line that is too old, and a program that is no MLflow, are none', async () => {
  program('mlflow', '--version', 'mlflow, version 1.30.0');
  program('python3', '-m mlflow --version', 'hello');
  await expect(findMlflow({ env: { PATH: `${folder}${delimiter}/bin` } })).rejects.toThrow('no MLflow found');
});
