/** Whatever a run leans on, it is repeated to the last bit: teachers, another teacher's route, other runs, a search. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allStudies, plugins } from '../routes/test-support/tiny-study.ts';
import { cairn as cairnWith } from '../test-host.ts';
import { journalOf } from './cairn-process.ts';

const PROGRAM = fileURLToPath(new URL('../routes/test-support/tiny-program.ts', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'cairn-rerun-'));

type Lines = ReturnType<typeof journalOf>;
let out = '';

beforeAll(() => {
  const env = { PATH: process.env['PATH'], CAIRN_HOME: home, LANG: 'C.UTF-8' };
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    [PROGRAM, 'run', 'controls', '--workers=1'],
    {
      encoding: 'utf8',
      env,
    },
  );
  expect([status, stderr]).toEqual([0, '']);
  out = stdout;
}, 120_000);
afterAll(() => rmSync(home, { recursive: true }));

const cairn = (line: string) =>
  cairnWith(line, { plugins: async () => plugins, studies: allStudies, env: { CAIRN_HOME: home } });
const routeOf = (seed: number): string =>
  readdirSync(join(home, 'routes')).find((id) => {
    const manifest = JSON.parse(readFileSync(join(home, 'routes', id, 'manifest.json'), 'utf8')) as unknown;
    return (manifest as { readonly seed: number }).seed === seed;
  }) ?? 'none';

test.each([
  'rco-foreign-t0-s0',
  'rco-foreign-t1-s0',
  'kd-restarts-t1-s0',
  'best-early-t0-s0',
  'kd-long-t0-s0',
  'kd-twice-t0-s0',
])('%s', async (run) => {
  const { code, out, err } = await cairn(`rerun controls/default/${run} --anyway`);
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/^equal: \d+ things, bit by bit$/m);
});

test('controls that turn out to be the same are trained once, and each stands for itself', async () => {
  const begin = (run: string) => journalOf(join(home, 'runs/controls/default', run));
  const [once, other] = ['kd-restarts', 'kd-twice'].map((name) => begin(`${name}-t0-s0`)) as [Lines, Lines];
  const tags = (lines: Lines) => lines[0]?.['tags'] as Record<string, string>;
  expect(tags(once)['cairn.trained']).toMatch(/^[0-9a-f]{16}$/);
  expect(tags(once)['cairn.trained']).toBe(tags(other)['cairn.trained']);
  expect([tags(once)['cairn.condition'], tags(other)['cairn.condition']]).toEqual([
    'kd-restarts',
    'kd-twice',
  ]);
  const told = (lines: Lines) => lines.filter(({ type }) => type !== 'run_start' && type !== 'params');
  expect(told(other).map((line) => ({ ...line, t: 0, endTime: 0 }))).toEqual(
    told(once).map((line) => ({ ...line, t: 0, endTime: 0 })),
  );
  expect(out).toMatch(/the same as kd-(restarts|twice)-t0-s0, not trained twice/);
  // Another teacher's are another's.
  expect(tags(begin('kd-twice-t1-s0'))['cairn.trained']).not.toBe(tags(once)['cairn.trained']);
  expect(tags(begin('rco-greedy-t0-s0'))['cairn.trained']).toBeUndefined();
  const { code, out: found } = await cairn('verify controls/default/kd-twice-t0-s0 --json');
  expect([code, (JSON.parse(found) as { readonly wrong: number }).wrong]).toEqual([0, 0]);
});

test('the other route was really another one', () => {
  const anchors = ['rco-foreign-t0-s0', 'rco-foreign-t1-s0'].map((run) => {
    const journal = readFileSync(join(home, 'runs/controls/default', run, 'journal.jsonl'), 'utf8');
    return /"type":"anchor","anchors":\[\{"step":\d+,"hash":"(\w+)"/.exec(journal)?.[1];
  });
  expect(new Set(anchors).size).toBe(2);
});

test('a teacher: its training and its route; by the beginning of its id', async () => {
  const id = routeOf(1);
  const { code, out, err } = await cairn(`rerun ${id.slice(0, 8)} --anyway --json`);
  expect([code, err.includes('error')]).toEqual([0, false]);
  expect(JSON.parse(out)).toMatchObject({ run: `route ${id}`, differences: [] });
});

test('an anchor that is another one is named', async () => {
  const id = routeOf(0);
  const journal = join(home, 'routes', id, 'journal.jsonl');
  const text = readFileSync(journal, 'utf8');
  writeFileSync(journal, text.replace(/("cairn.initial":")./, '$1x'));
  const { code, out } = await cairn(`rerun ${id} --anyway`);
  writeFileSync(journal, text);
  expect(code).toBe(1);
  expect(out).toMatch(/^not equal: initial first$/m);
});

test('what cannot be repeated is refused, and why', async () => {
  const refused = async (line: string) => {
    const { code, err } = await cairn(`rerun ${line} --anyway`);
    expect(code).toBeGreaterThan(0);
    return err.replaceAll(home, '<home>').replaceAll(routeOf(0), '<id 0>').replaceAll(routeOf(1), '<id 1>');
  };
  expect(await refused('kd')).toMatch(/^error CAIRN_RUN_UNKNOWN {2}cairn rerun: no run or route "kd"\n/);
  expect(await refused('controls/default/kd-t2-s0')).toContain('"controls/default/kd-t0-s0"? known: ');
  const plans = join(home, 'runs/controls/default/plans');
  rmSync(plans, { recursive: true });
  expect(await refused(routeOf(0))).toMatchInlineSnapshot(`
    "error CAIRN_PLAN_MISSING  cairn rerun: the plan that "route <id 0>" was made by is not kept
      restore <home>/runs/controls/default/plans from a copy
    "
  `);
});
