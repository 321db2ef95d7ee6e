import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Backend, BackendError, type DataSource, definePlugin } from '@cairn/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { runtimeFindings } from '../doctor/runtime.ts';
import { cairn } from '../test-host.ts';

const source: DataSource = {
  id: 'tiny',
  folder: 'tiny',
  files: [{ name: 'train.bin', bytes: 4, md5: '' }],
  archive: { name: 'tiny.tar.gz', bytes: 1, md5: '', url: '' },
};
const tiny = definePlugin({
  kind: 'dataset',
  id: 'tiny',
  summary: 'four bytes',
  options: z.strictObject({}),
  create: () => ({
    spec: {
      id: 'tiny',
      classes: 2,
      input: { kind: 'image', height: 1, width: 1, channels: 1, mean: [0], std: [1] },
    },
    source,
    open: () => Promise.reject(new Error('not opened here')),
  }),
});

const works = async (): Promise<Backend> => ({
  id: 'sums',
  activate: async () => ({ id: 'sums', numerics: 'sums-1', device: 'pencil and paper', threads: 1 }),
  compile: () => {
    throw new Error('not compiled here');
  },
});
const fails = (): Promise<Backend> =>
  Promise.reject(new BackendError('CAIRN_BACKEND_START', 'it does not start', { fix: 'npm ci' }));

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-doctor-'));
});
afterEach(() => rm(folder, { recursive: true }));

const examine = (
  line: string,
  backends: Record<string, () => Promise<Backend>>,
  env: Record<string, string> = {},
) => cairn(line, { backends, plugins: async () => [tiny], root: folder, env: { INIT_CWD: folder, ...env } });

/** Without what differs from machine to machine. */
const neutral = (text: string): string =>
  text
    .replaceAll(folder, '<folder>')
    .replace(/(Node +)[\d.]+/, '$1<version>')
    .replace(/\d+ cores, \d+ GB/, '<n> cores, <n> GB')
    .replace(/[\d.]+ GB free/, '<n> GB free');

test('everything works; data that is not here is no problem', async () => {
  const { code, out } = await examine('doctor', { sums: works });
  expect(neutral(out)).toMatchInlineSnapshot(`
    "ok       Node          <version>
    ok       machine       <n> cores, <n> GB of memory
    ok       backend sums  pencil and paper; numerics sums-1; 1 thread
    absent   data tiny     not here
                           npx cairn data fetch tiny
    ok       results       <folder>/.cairn
    ok       disk          <n> GB free
    ok       cache         0 B of teacher outputs, of at most 4.00 GB (CAIRN_CACHE_LIMIT)

    all that a study needs works
    "
  `);
  expect(code).toBe(0);
});

test('a problem says how to mend it', async () => {
  const { code, out } = await examine('doctor', { sums: fails }, { CAIRN_DATA: 'nowhere' });
  expect(neutral(out)).toMatchInlineSnapshot(`
    "ok       Node          <version>
    ok       machine       <n> cores, <n> GB of memory
    problem  backend sums  it does not start
                           npm ci
    problem  CAIRN_DATA    <folder>/nowhere is not a folder
                           unset it, or set it to one
    absent   data tiny     not here
                           npx cairn data fetch tiny
    ok       results       <folder>/.cairn
    ok       disk          <n> GB free
    ok       cache         0 B of teacher outputs, of at most 4.00 GB (CAIRN_CACHE_LIMIT)

    2 to mend
    "
  `);
  expect(code).toBe(1);
});

test('a home below a file cannot be written', async () => {
  await writeFile(join(folder, 'file'), '');
  const { code, out } = await examine('doctor', { sums: works }, { CAIRN_HOME: 'file/home' });
  expect([code, neutral(out)]).toEqual([1, expect.stringContaining('<folder>/file/home cannot be written')]);
});

test('data is found by its sizes, in CAIRN_DATA first', async () => {
  const data = async (): Promise<unknown> => {
    const { out } = await examine('doctor --json', { sums: works }, { CAIRN_DATA: 'shared' });
    const findings = JSON.parse(out) as { topic: string; state: string; text: string }[];
    return findings.filter((f) => f.topic === 'data tiny').map((f) => [f.state, neutral(f.text)]);
  };
  await mkdir(join(folder, 'shared'));
  await mkdir(join(folder, '.cairn/data/tiny'), { recursive: true });
  await writeFile(join(folder, '.cairn/data/tiny/train.bin'), 'four');
  expect(await data()).toEqual([['ok', '<folder>/.cairn/data/tiny/train.bin']]);
  await mkdir(join(folder, 'shared/tiny'));
  await writeFile(join(folder, 'shared/tiny/train.bin'), 'torn!');
  expect(await data()).toEqual([['problem', '<folder>/shared/tiny/train.bin has the wrong size']]);
});

test('the runtime is refused where it is too old or too new', () => {
  const state = (version: string): string | undefined => runtimeFindings(version)[0]?.state;
  expect(['24.12.0', '24.21.0', '24.11.9', '22.20.0', '25.0.0'].map(state)).toEqual([
    'ok',
    'ok',
    'problem',
    'problem',
    'problem',
  ]);
});
