import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { failureOf } from '@cairn/testing';
import { afterAll, expect, test } from 'vitest';
import { cairn, journalOf, TINY } from '../e2e/cairn-process.ts';
import type { StudyResult } from '../table/result.ts';
import { entryOf, isPath } from './entry.ts';

const folder = mkdtempSync(join(tmpdir(), 'cairn-outside-'));
const home = join(folder, 'home');
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes files; the first one's folder is the answer. */
function files(texts: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** A policy of one anchor, the first. In TypeScript, with types that only erasing removes. */
const policy = (id: string, more = '') => `
  import { candidatesOf, definePlugin, followPlan, type Decision, type Manifest } from '@cairn/core';
  import { z } from 'zod';
  const first = (route: Manifest): readonly Decision[] =>
    [{ reason: 'the first', numbers: {}, move: [candidatesOf(route)[0].id] }];
  export const plugin = definePlugin({
    kind: 'anchor-policy',
    id: '${id}',
    summary: 'the first anchor alone',
    options: z.strictObject({ ${more} }),
    create: () => ({ ...followPlan(first), atMost: () => 1 }),
  });
  export const again = plugin;
  export const helper = first;`;
const made = (contract: string) => `
  export const x = Object.assign(() => ({}), { kind: 'loss', id: 'x', module: {}, ${contract} });`;

files({
  'plain/index.ts': policy('first-plain'),
  'named/package.json': JSON.stringify({
    name: 'n',
    type: 'module',
    exports: { '.': { import: './lib/main.ts' } },
  }),
  'named/lib/main.ts': `import './part.ts'; ${policy('first-named', 'size: z.number().default(1)')}`,
  'named/lib/part.ts': 'export const part = 1;',
  'named/lib/other.ts': 'throw new Error("nobody imports it");',
  'node_modules/cairn-plugin-installed/package.json': JSON.stringify({
    name: 'cairn-plugin-installed',
    version: '2.1.0',
    type: 'module',
    main: 'main.js',
  }),
  'node_modules/cairn-plugin-installed/main.js': policy('first-installed')
    .replace(', type Decision, type Manifest', '')
    .replace('(route: Manifest): readonly Decision[]', '(route)'),
  'greedy/index.ts': policy('greedy'),
  'twin/index.ts': policy('first-plain'),
  'none/index.ts': 'export const a = 1; export const b = { kind: "loss" };',
  'newer/index.ts': made('contract: 2'),
  'older/index.ts': made('unused: 1'),
  'other/index.ts': made('contract: 1').replace("'loss'", "'tracker'"),
  'broken/index.ts': "import './nowhere.ts';",
  'empty/readme.md': '',
  'torn/package.json': '{ "type":',
});

/** A call as typed in the folder. */
const call = (...args: string[]) => cairn(home, args, { INIT_CWD: folder });

test('paths and packages are told apart', () => {
  const paths = ['.', '..', './x', '../x', '/x', 'C:\\x', 'x/y.ts', 'y.mjs'];
  expect(paths.filter((source) => !isPath(source))).toEqual([]);
  expect(['x', '@scope/x', 'x-y', '@scope/x.js'].filter(isPath)).toEqual([]);
});

test('a folder, a file, a package installed where it was typed: all at once', async () => {
  const sources = ['./plain', 'named/lib/main.ts', 'cairn-plugin-installed'];
  const { code, out, err } = await call(
    'plugins',
    'anchor-policy',
    '--json',
    ...sources.map((s) => `--plugin=${s}`),
  );
  expect([code, err]).toEqual([0, '']);
  const ids = (JSON.parse(out) as { readonly id: string }[]).map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(['first-installed', 'first-named', 'first-plain', 'greedy']));
});

test('what package.json exports is the module of a folder; its card names no file of the workspace', async () => {
  const { out } = await call('plugins', 'anchor-policy/first-named', '--plugin', './named');
  expect(out).toMatchInlineSnapshot(`
    "anchor-policy/first-named  the first anchor alone

      size  a number (default 1)
    "
  `);
  expect((await call('plugins', 'anchor-policy/final')).out).toContain(
    'plugins/anchor-policy/final/README.md',
  );
});

test('what is no plugin for this Cairn is refused', async () => {
  const sources = ['./greedy', './none', './newer', './older', './other', './broken', './empty', './absent'];
  const calls = [...sources, 'no-such-package'].map((source) => call('plugins', `--plugin=${source}`));
  const outcomes = await Promise.all(calls);
  expect(outcomes.map(({ code, out }) => `${code}${out}`)).toEqual(calls.map(() => '2'));
  const told = outcomes.map(({ err }) => err.replaceAll(folder, '<folder>')).join('\n');
  expect(told).toMatchInlineSnapshot(`
    "error CAIRN_PLUGIN_DUPLICATE  --plugin: ./greedy: the catalogue has anchor-policy "greedy" already
      another id in its definePlugin

    error CAIRN_PLUGIN_NONE  --plugin: ./none: exports no plugin
      a value made by definePlugin; it exports a, b

    error CAIRN_PLUGIN_CONTRACT  --plugin: ./newer: loss "x" was made with contract 2, this is contract 1
      a version of it for contract 1, or the Cairn that it was made for

    error CAIRN_PLUGIN_CONTRACT  --plugin: ./older: loss "x" was made with no contract version, this is contract 1
      a version of it for contract 1, or the Cairn that it was made for

    error CAIRN_PLUGIN_KIND  --plugin: ./other: "x" is of kind "tracker"
      known: anchor-policy, augmentation, curriculum, dataset, evaluator, launcher, loss, model, route-recorder

    error CAIRN_PLUGIN_LOAD  --plugin: ./broken: Cannot find module '<folder>/broken/nowhere.ts' imported from <folder>/broken/index.ts
      the module as it stands cannot be imported; --debug shows the stack

    error CAIRN_PLUGIN_MISSING  --plugin: nothing to load at "./empty" (<folder>/empty)
      a file, a folder with a package.json or an index.ts, or the name of an installed package

    error CAIRN_PLUGIN_MISSING  --plugin: nothing to load at "./absent" (<folder>/absent)
      a file, a folder with a package.json or an index.ts, or the name of an installed package

    error CAIRN_PLUGIN_MISSING  --plugin: no package "no-such-package"
      npm install no-such-package
      or a path: --plugin=./folder
    "
  `);
});

test('a package.json that is none is refused', async () => {
  const place = join(folder, 'torn');
  const told = await failureOf(() => entryOf('./torn', place));
  expect(told.replaceAll(folder, '<folder>').replace(/JSON: .*/, 'JSON: <why>')).toMatchInlineSnapshot(`
    "CAIRN_PLUGIN_LOAD --plugin: <folder>/torn/package.json is not JSON: <why>
    mend it, or name the module itself: --plugin=./folder/index.ts"
  `);
});

test('two packages with one id are refused', async () => {
  const { code, err } = await call('plugins', '--plugin=./plain', '--plugin=./twin');
  expect(code).toBe(2);
  expect(err).toMatchInlineSnapshot(`
    "error CAIRN_PLUGIN_DUPLICATE  --plugin: ./twin: another --plugin has anchor-policy "first-plain" already
      another id in its definePlugin
    "
  `);
});

test('worker processes have it too: a student is taught by its policy', { timeout: 120_000 }, async () => {
  const options = ['--only=rco-eei', '--plugin=./plain', '--anchor-policy=first-plain'];
  const { code, out, err } = await call('run', 'quickstart', ...TINY, ...options, '--json');
  expect([code, err.includes('error')]).toEqual([0, false]);
  const { conditions } = JSON.parse(out) as StudyResult;
  const taught = conditions.find(({ name }) => name === 'rco-eei')?.runs[0]?.decisions;
  expect(taught?.map(({ anchors, reason }) => [anchors, reason])).toEqual([[[1], 'the first']]);
});

interface Verified {
  readonly wrong: number;
  readonly verified: readonly {
    readonly findings: readonly { readonly what: string; readonly state: string }[];
  }[];
}

test('runs say which package it was; verify and rerun look at it again', { timeout: 120_000 }, async () => {
  const place = join(folder, 'another-home');
  const again = (...args: string[]) => cairn(place, args, { INIT_CWD: folder });
  const options = ['--only=kd', '--plugin=./named', '--plugin=cairn-plugin-installed'];
  expect((await again('run', 'quickstart', ...TINY, ...options)).code).toBe(0);
  const profile = readdirSync(join(place, 'runs/quickstart')).find((name) =>
    existsSync(join(place, 'runs/quickstart', name, 'kd-t0-s0')),
  );
  const run = `quickstart/${profile ?? ''}/kd-t0-s0`;
  const [begin] = journalOf(join(place, 'runs', run));
  expect((begin?.['tags'] as Record<string, string>)['cairn.plugins']).toMatch(
    /^n [0-9a-f]{16}, cairn-plugin-installed@2\.1\.0 [0-9a-f]{16}$/,
  );
  const file = JSON.parse(readFileSync(join(place, 'runs', run, 'run.json'), 'utf8')) as unknown;
  expect(file).toMatchObject({
    provenance: {
      plugins: [
        { source: join(folder, 'named'), name: 'n', files: ['lib/main.ts', 'lib/part.ts', 'package.json'] },
        { source: 'cairn-plugin-installed', files: ['main.js', 'package.json'] },
      ],
    },
  });
  const states = async (): Promise<readonly string[]> => {
    const { verified } = JSON.parse((await again('verify', run, '--json')).out) as Verified;
    const found = verified.flatMap(({ findings }) => findings);
    return found.filter(({ what }) => what === 'plugin n').map(({ state }) => state);
  };
  expect(new Set(await states())).toEqual(new Set(['good']));

  const told = async (...flags: string[]): Promise<string> => {
    const { code, out, err } = await again('rerun', run, ...flags);
    return `${code} ${(err === '' ? out : err)
      .replaceAll(folder, '<folder>')
      .replace(/~\w+/, '')
      .replace(/[0-9a-f]{16}/g, '<hash>')}`;
  };
  expect(await told()).toMatchInlineSnapshot(`
    "2 error CAIRN_PLUGIN_MISSING  cairn rerun: made with n <hash>, cairn-plugin-installed@2.1.0 <hash> from outside the catalogue
      cairn rerun quickstart/smoke/kd-t0-s0 --plugin=<folder>/named --plugin=cairn-plugin-installed
    "
  `);
  const both = ['--plugin=./named', '--plugin=cairn-plugin-installed'];
  files({ 'named/lib/part.ts': 'export const part = 2;' });
  expect(new Set(await states())).toEqual(new Set(['changed']));
  expect(await told(...both)).toMatch(/CAIRN_RERUN_CHANGED .*plugin: n <hash> then, n <hash> now/);
  files({ 'named/lib/part.ts': 'export const part = 1;' });
  expect(await told(...both, '--anyway')).toMatch(/^0 [^]*equal: \d+ things, bit by bit\n$/);
  rmSync(join(folder, 'named/lib/part.ts'));
  expect(new Set(await states())).toEqual(new Set(['absent']));
});
