/** The package as others get it: packed, installed in an empty folder, its README run by plain Node. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from './client.ts';
import { describeServer } from './test-support/index.ts';

const here = resolve(import.meta.dirname, '..');
const workspace = resolve(here, '../..');
const readme = readFileSync(join(here, 'README.md'), 'utf8');
const examples = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
const first = examples[0] ?? '';
let folder: string;
let app: string;

/** Packs a copy, since packing rewrites package.json for a moment, and installs it. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlflow-js-client-'));
  const copy = join(folder, 'packages/mlflow-js-client');
  cpSync(here, copy, { recursive: true, filter: (path) => !/node_modules|dist$/.test(path) });
  for (const file of ['LICENSE', 'tsconfig.base.json']) cpSync(join(workspace, file), join(folder, file));
  symlinkSync(join(workspace, 'node_modules'), join(folder, 'node_modules'), 'junction');
  npm(copy, 'pack', '--pack-destination', folder);
  app = join(folder, 'app');
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{ "type": "module" }');
  npm(app, 'install', '--offline', '--no-audit', '--no-fund', join(folder, 'mlflow-js-client-0.1.0.tgz'));
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true }));

test('the package is plain JavaScript, declarations of what is public, and papers', () => {
  const installed = join(app, 'node_modules/mlflow-js-client');
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path !== 'dist')
    .sort();
  const sources = readdirSync(join(here, 'src')).filter((name) => /^[\w-]+\.ts$/.test(name));
  const told = [
    'api',
    'client',
    'encode',
    'environment',
    'errors',
    'index',
    'options',
    'tracking-uri',
    'types',
  ];
  expect(files).toEqual(
    [
      'LICENSE',
      'README.md',
      'package.json',
      ...sources.map((name) => `dist/${name.replace(/ts$/, 'js')}`),
      ...told.map((name) => `dist/${name}.d.ts`),
    ].sort(),
  );
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as object;
  expect(Object.keys(manifest)).not.toEqual(expect.arrayContaining(['dependencies']));
  expect(readdirSync(join(app, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    'mlflow-js-client',
  ]);
});

test('packing leaves the workspace as it was', () => {
  const copy = join(folder, 'packages/mlflow-js-client');
  expect(readFileSync(join(copy, 'package.json'), 'utf8')).toBe(
    readFileSync(join(here, 'package.json'), 'utf8'),
  );
  expect(
    ['dist', 'LICENSE', 'package.workspace.json'].filter((name) => existsSync(join(copy, name))),
  ).toEqual([]);
});

const program = `
import { createClient, MlflowError, type Metric, type MlflowClient, type Run } from 'mlflow-js-client';
const client: MlflowClient = createClient({ uri: 'http://localhost:5000', auth: { token: 't' } });
const metric: Metric = { key: 'a', value: 1, step: 0, timestamp: 0 };
// @ts-expect-error: a metric has a number
export const wrong: Metric = { ...metric, value: '1' };
// @ts-expect-error: there are five
export const update = client.runs.update('r', { status: 'DONE' });
export async function names(): Promise<string[]> {
  const runs: Run[] = [];
  const signal = AbortSignal.timeout(1000);
  for await (const run of client.runs.searchAll(['1'], { pageSize: 10, signal })) runs.push(run);
  return runs.map(({ name }) => name);
}
export const code = (error: MlflowError): string => error.errorCode;
`;

test.each([
  ['nodenext', 'nodenext', ['--types', 'node']],
  ['esnext', 'bundler', ['--types', 'node', '--exactOptionalPropertyTypes']],
  // Also without the types of Node.
  ['esnext', 'bundler', ['--lib', 'es2022,dom']],
])(
  'its declarations check in a strict program (%s, %s, %j)',
  (module, resolution, more) => {
    writeFileSync(join(app, 'check.ts'), program);
    const tsc = join(workspace, 'node_modules/typescript/bin/tsc');
    const kind = ['--module', module, '--moduleResolution', resolution, '--target', 'es2022'];
    const roots = ['--typeRoots', join(workspace, 'node_modules/@types')];
    run(process.execPath, process.env, tsc, '--noEmit', '--strict', ...kind, ...roots, ...more, 'check.ts');
  },
  120_000,
);

describeServer('3', 'the examples of the README', (server) => {
  test.each([20, 24])('the first, of fifteen lines, logs a run (Node %d)', async (major) => {
    expect(first.trim().split('\n').length).toBe(15);
    const node = nodeOf(major);
    if (node === undefined && major !== Number(process.versions.node.split('.')[0])) {
      console.warn(`Skipped: no Node ${major} on the PATH.`);
      return;
    }
    writeFileSync(join(app, 'first.mjs'), first);
    expect(run(node ?? process.execPath, environment(), 'first.mjs')).toBe('all there\n');
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
    await client.runs.delete(items[0]?.runId ?? '');
    client.close();
  });

  test('all together', () => {
    writeFileSync(join(app, 'all.mjs'), examples.join('\n'));
    expect(run(process.execPath, environment(), 'all.mjs')).toMatchInlineSnapshot(`
      "all there
      first 1
      0 3
      1 2
      2 1
      tag-cut tag text has 9000 characters; the first 8000 were sent
      non-finite 1 value of train/grad from step 7 on: not finite, not sent
      notes/hello.txt
      notes/package.json
      Hello, MLflow
      param lr: "0.2" was sent, "0.1" is there
      child true
      400 INVALID_PARAMETER_VALUE Params cannot change once they are logged: use another key, a tag, or a new run.
      "
    `);
    expect(readFileSync(join(app, 'copy.json'), 'utf8')).toBe(
      readFileSync(join(app, 'package.json'), 'utf8'),
    );
  });

  function environment(): NodeJS.ProcessEnv {
    return { ...process.env, MLFLOW_TRACKING_URI: server().uri };
  }
});

/** The first Node of this major version on the PATH. */
function nodeOf(major: number): string | undefined {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = folders.map((path) => join(path, name)).filter((path) => existsSync(path));
  return found.find((path) => run(path, process.env, '--version').startsWith(`v${major}.`));
}

/** In the empty folder, without what the test runner tells its own processes. */
function run(program: string, env: NodeJS.ProcessEnv, ...args: readonly string[]): string {
  const { NODE_OPTIONS: _, ...plain } = env;
  return execFileSync(program, args, { cwd: app, env: plain, encoding: 'utf8' });
}

function npm(cwd: string, ...args: readonly string[]): void {
  execFileSync('npm', args, { cwd, stdio: 'pipe', shell: process.platform === 'win32' });
}
