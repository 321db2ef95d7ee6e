/** The package as others get it: packed, installed in an empty folder, its README run by plain Node. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from './client.ts';
import { describeServer } from './test-support/index.ts';

const workspace = resolve(import.meta.dirname, '../../..');
const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const examples = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
let folder: string;
let app: string;

/** Packs a copy, since packing rewrites package.json for a moment, and installs it. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlflow-js-client-'));
  const copy = join(folder, 'packages/mlflow-js-client');
  cpSync(join(import.meta.dirname, '..'), copy, {
    recursive: true,
    filter: (path) => !/node_modules|dist$/.test(path),
  });
  for (const file of ['LICENSE', 'tsconfig.base.json']) cpSync(join(workspace, file), join(folder, file));
  symlinkSync(join(workspace, 'node_modules'), join(folder, 'node_modules'), 'junction');
  npm(copy, 'pack', '--pack-destination', folder);
  app = join(folder, 'app');
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{ "type": "module" }');
  npm(app, 'install', '--offline', '--no-audit', '--no-fund', join(folder, 'mlflow-js-client-0.1.0.tgz'));
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true }));

test('the packed package is plain JavaScript with declarations, and the workspace is as it was', () => {
  const installed = join(app, 'node_modules/mlflow-js-client');
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' }).map((path) =>
    path.replaceAll('\\', '/'),
  );
  expect(files.filter((path) => !path.startsWith('dist/')).sort()).toEqual([
    'README.md',
    'dist',
    'package.json',
  ]);
  const kinds = new Set(
    files.filter((path) => path.startsWith('dist/')).map((path) => path.replace(/^[^.]*/, '')),
  );
  expect([...kinds].sort()).toEqual(['', '.d.ts', '.js']);
  const manifest: unknown = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  expect(manifest).not.toHaveProperty('dependencies');
  const here = (name: string): string => readFileSync(join(import.meta.dirname, '..', name), 'utf8');
  expect(readFileSync(join(folder, 'packages/mlflow-js-client/package.json'), 'utf8')).toBe(
    here('package.json'),
  );
  expect(readdirSync(join(app, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    'mlflow-js-client',
  ]);
});

test('its declarations check in a strict program', () => {
  const program = [
    "import { createClient, MlflowError, type Metric, type MlflowClient } from 'mlflow-js-client';",
    "export const client: MlflowClient = createClient({ uri: 'http://localhost:5000' });",
    "export const metric: Metric = { key: 'a', value: 1, step: 0, timestamp: 0 };",
    '// @ts-expect-error: a metric has a number',
    "export const wrong: Metric = { ...metric, value: '1' };",
    'export const code = (error: MlflowError): string => error.errorCode;',
  ];
  writeFileSync(join(app, 'check.ts'), program.join('\n'));
  const options =
    '--noEmit --strict --exactOptionalPropertyTypes --module nodenext --target es2022 --types node';
  const types = ['--typeRoots', join(workspace, 'node_modules/@types')];
  node(app, join(workspace, 'node_modules/typescript/bin/tsc'), ...options.split(' '), ...types, 'check.ts');
}, 120_000);

describeServer('3', 'the examples of the README', (server) => {
  test('the first is a script of fifteen lines that logs a run', async () => {
    const script = examples[0] ?? '';
    expect(script.trim().split('\n').length).toBe(15);
    writeFileSync(join(app, 'first.js'), script);
    expect(node(app, 'first.js')).toBe('all there\n');

    const client = createClient({ uri: server().uri });
    const experiment = await client.experiments.getByName('readme');
    const { items } = await client.runs.search([experiment?.experimentId ?? '']);
    expect(items[0]).toMatchObject({
      name: 'first',
      status: 'FINISHED',
      params: { lr: '0.1', model: 'small' },
      tags: { note: 'hello' },
      metrics: { 'train/loss': { value: 1, step: 2 } },
    });
    client.close();
  });

  test('all together', () => {
    writeFileSync(join(app, 'all.js'), examples.join('\n'));
    expect(node(app, 'all.js').replace(/^first .*\n/gm, '')).toMatchInlineSnapshot(`
      "all there
      0 3
      1 2
      2 1
      child true
      tag-cut tag text has 9000 characters; the first 8000 were sent
      non-finite 1 value of train/grad from step 7 on: not finite, not sent
      notes/hello.txt 13
      Hello, MLflow
      param lr: "0.2" was sent, "0.1" is there
      400 INVALID_PARAMETER_VALUE Params cannot change once they are logged: use another key, a tag, or a new run.
      "
    `);
  });

  function node(cwd: string, ...args: readonly string[]): string {
    return run(cwd, { ...process.env, MLFLOW_TRACKING_URI: server().uri }, ...args);
  }
});

function node(cwd: string, ...args: readonly string[]): string {
  return run(cwd, process.env, ...args);
}

/** Without what the test runner tells its own processes. */
function run(cwd: string, env: NodeJS.ProcessEnv, ...args: readonly string[]): string {
  const { NODE_OPTIONS: _, ...plain } = env;
  return execFileSync(process.execPath, args, { cwd, env: plain, encoding: 'utf8' });
}

function npm(cwd: string, ...args: readonly string[]): void {
  execFileSync('npm', args, { cwd, stdio: 'pipe', shell: process.platform === 'win32' });
}
