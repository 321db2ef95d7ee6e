import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acquireLock } from '../files/index.ts';
import { cairn, emptyHome, small, writeStudy } from './synthetic-study.ts';

/** A study whose last plan has two of three conditions, with a run put aside, a page of another one and a cache. */
async function wornHome(): Promise<string> {
  const home = emptyHome();
  await writeStudy(home, small);
  const { 'rco-eei': _, ...conditions } = small.conditions;
  await writeStudy(home, {
    ...small,
    conditions,
    runs: small.runs.filter((run) => run.condition !== 'rco-eei'),
  });
  for (const path of ['runs/small/default/superseded/kd-t0-s0-1', 'reports/gone/default', 'cache/report']) {
    mkdirSync(join(home, path), { recursive: true });
    writeFileSync(join(home, path, 'file'), 'x'.repeat(1000));
  }
  return home;
}

test('nothing is removed unasked; what is listed has its size and its reason', async () => {
  const home = await wornHome();
  const { code, out } = await cairn(home, 'gc');
  expect([code, out.replace(/ \d{3} B/g, ' <size>').replace(/[\d.]+ kB;/, '<sum>;')]).toMatchInlineSnapshot(`
    [
      0,
      "
    run    small/default/rco-eei-t0-s0            <size>  the last plan of its study does not have it
    run    small/default/rco-eei-t0-s1            <size>  the last plan of its study does not have it
    run    small/default/rco-eei-t0-s2            <size>  the last plan of its study does not have it
    run    small/default/superseded/kd-t0-s0-1  1.00 kB  it was put aside when its configuration changed
    page   reports/gone/default                 1.00 kB  its study is gone
    5 folders, <sum>; nothing was removed: cairn gc --remove
    ",
    ]
  `);
  expect(existsSync(join(home, 'runs/small/default/rco-eei-t0-s0'))).toBe(true);
  const { out: json } = await cairn(home, 'gc cache --json');
  expect(JSON.parse(json)).toMatchObject({
    removed: [],
    orphans: [{ kind: 'cache', name: 'cache/report', bytes: 1000 }],
    notes: [],
  });
});

test('--remove takes what is listed and leaves the rest', async () => {
  const home = await wornHome();
  const { code, out } = await cairn(home, 'gc --remove');
  expect([code, out.split('\n').at(-2)]).toEqual([0, expect.stringMatching(/^removed 5 folders, /)]);
  const here = (path: string): boolean => existsSync(join(home, path));
  expect([
    here('runs/small/default/rco-eei-t0-s0'),
    here('runs/small/default/superseded/kd-t0-s0-1'),
    here('reports/gone/default'),
  ]).toEqual([false, false, false]);
  expect([here('runs/small/default/kd-t0-s0'), here('cache/report'), here('removed')]).toEqual([
    true,
    true,
    false,
  ]);
  expect((await cairn(home, 'gc')).out).toBe('\nnothing to remove\n');
  expect((await cairn(home, 'compare small')).code).toBe(0);
});

test('a study that is at work is left alone, and so are caches that it may use', async () => {
  const home = await wornHome();
  const lock = await acquireLock(join(home, 'runs/small/default/owner.lock'), {
    what: 'study',
    command: 'test',
  });
  try {
    const { out } = await cairn(home, 'gc runs cache --remove');
    expect(out).toMatchInlineSnapshot(`
      "
      cache  cache/report  1.00 kB  made anew when it is asked for
      small/default is at work: its runs are not looked at
      left cache/report: a study is at work and may use it
      removed 0 folders, 0 B
      "
    `);
    expect(existsSync(join(home, 'runs/small/default/rco-eei-t0-s0'))).toBe(true);
    expect(existsSync(join(home, 'cache/report/file'))).toBe(true);
  } finally {
    lock.release();
  }
});

test('what it does not know', async () => {
  expect((await cairn(emptyHome(), 'gc rotues')).err).toMatchInlineSnapshot(`
    "
    error CAIRN_ARGUMENT_UNKNOWN  cairn gc: no what "rotues"
      "routes"? known: routes, runs, pages, cache
    "
  `);
});

test('runs and routes say what they take', async () => {
  const home = await wornHome();
  const { out } = await cairn(home, 'runs small/default');
  expect(out).toMatch(/^small\/default\/kd-t0-s0 +finished +[\d.]+ k?B +test 65\.5 %$/m);
  expect(out).toMatch(/^9 runs, [\d.]+ kB {3}what no plan refers to: cairn gc$/m);
  expect((await cairn(home, 'routes')).out).toContain('no routes in');
});
