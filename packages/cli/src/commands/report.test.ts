import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { intervalText, signed, type Comparison } from '@cairn/report';
import { expect, test } from 'vitest';
import type { Host } from '../command.ts';
import { makeReport } from '../report/report.ts';
import { reportFiles } from '../report/write.ts';
import { cairn, emptyHome, small, writeStudy } from './synthetic-study.ts';

/** What a page has under `cairn-comparison`. */
function comparisonIn(page: string): Comparison {
  return JSON.parse(/id="cairn-comparison">([^<]*)</.exec(page)?.[1] ?? '') as Comparison;
}

test("the page's numbers are those of cairn compare --json", async () => {
  const home = emptyHome();
  const right = { 'kd-t0-s0': '1101', 'kd-restarts-t0-s0': '1110', 'rco-eei-t0-s0': '1111' };
  const runs = small.runs.map((run) => {
    const shown = right[`${run.condition}-t0-s${run.seed}` as keyof typeof right] ?? '1011';
    return { ...run, right: shown };
  });
  const primary = [{ condition: 'rco-eei', against: 'kd-restarts', metric: 'test/top1', margin: 0.01 }];
  await writeStudy(home, { ...small, runs, primary });
  const compared = JSON.parse((await cairn(home, 'compare small --json')).out) as Comparison;
  const { code, out, err } = await cairn(home, `report small --stored --json=${home}/report.json`);
  expect([code, err]).toEqual([0, '\n']);
  const page = readFileSync(join(home, 'reports/small/default/report.html'), 'utf8');
  expect(comparisonIn(page)).toEqual(compared);
  const { notes: _, ...numbers } = compared as Comparison & { notes: unknown };
  expect(JSON.parse(readFileSync(join(home, 'report.json'), 'utf8'))).toMatchObject({ comparison: numbers });
  expect(compared.contrasts.length).toBeGreaterThan(5);
  for (const { difference, t, images, metric } of compared.contrasts) {
    expect(page).toContain(`>${signed(difference.mean, metric)}</td>`);
    expect(page).toContain(`>${intervalText(t, metric)}</td>`);
    expect(page).toContain(`>${intervalText(images, metric)}</td>`);
  }
  expect(out.replaceAll(home, '<home>')).toMatchInlineSnapshot(`
    "
    page     <home>/reports/small/default/report.html
    figures  6 files in <home>/reports/small/default/figures
    without  accuracy: no run measured accuracy after its epochs: that needs held-out samples (validation.fraction above 0).
    without  hardness: no run has the file run.json, which says its model and data.
    without  predictions: no run has the file run.json, which says its model and data.
    without  weights: no run has the file run.json, which says its model and data.
    without  landscape: no run has the file run.json, which says its model and data.
    without  fidelity: no run measured it: that needs the evaluator "fidelity", held-out samples and a teacher.
    without  losses: no run recorded a loss.
    without  calibration: no run has the file run.json, which says its model and data.
    without  superclasses: no run has the file run.json, which says its model and data.
    "
  `);
  const drawn = readdirSync(join(home, 'reports/small/default/figures'));
  expect(drawn).toEqual(['classes', 'contrasts', 'cost'].flatMap((name) => [`${name}.png`, `${name}.svg`]));
});

test('one run, into a folder; a study that is not there', async () => {
  const home = emptyHome();
  await writeStudy(home, small);
  const { code, out } = await cairn(home, 'report small/default/kd-t0-s1 --stored --out=page');
  expect([code, out.split('\n')[1]]).toEqual([0, `page     ${home}/page/report.html`]);
  const page = readFileSync(join(home, 'page/report.html'), 'utf8');
  expect(page).toContain('<td>66.10 %</td>');
  expect(page).toContain('npx cairn rerun small/default/kd-t0-s1');
  const { code: missing, err } = await cairn(home, 'report smal');
  expect([missing, err]).toMatchInlineSnapshot(`
    [
      2,
      "
    error CAIRN_STUDY_ABSENT  cairn report: no runs of "smal"
      "small"? known: small
    ",
    ]
  `);
  expect(existsSync(join(home, 'reports'))).toBe(false);
});

test('the same figures as files, for whoever keeps them elsewhere', async () => {
  const home = emptyHome();
  await writeStudy(home, small);
  await cairn(home, 'report small --stored');
  const host: Pick<Host, 'home' | 'studies'> = {
    home,
    studies: { names: [], load: () => Promise.reject(new Error()) },
  };
  const report = await makeReport(host as Host, 'small/default', { networks: false });
  const files: string[] = [];
  for await (const { path, bytes } of reportFiles(report, 'cairn report small --stored')) {
    files.push(path);
    expect(readFileSync(join(home, 'reports/small/default', path)).equals(bytes)).toBe(true);
  }
  expect(files).toEqual([
    ...['contrasts', 'cost'].flatMap((name) => [`figures/${name}.svg`, `figures/${name}.png`]),
    'report.html',
  ]);
});
