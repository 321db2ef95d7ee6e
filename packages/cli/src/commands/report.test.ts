import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { intervalText, signed, type Comparison } from '@cairn/report';
import { expect, test } from 'vitest';
import type { Host } from '../command.ts';
import { makeReport } from '../report/report.ts';
import { reportSubject } from '../report/subject.ts';
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
  const subject = await reportSubject(host as Host, 'small/default');
  const report = await makeReport(host as Host, subject, { networks: false });
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

test('what cannot be reported says why and what can be done, and writes nothing', async () => {
  const home = emptyHome();
  expect((await cairn(home, 'report small')).err).toMatchInlineSnapshot(`
    "
    error CAIRN_STUDY_ABSENT  cairn report: no runs of "small"
      no runs yet: cairn run quickstart
    "
  `);
  await writeStudy(home, { ...small, runs: small.runs.map((run) => ({ ...run, finished: false })) });
  expect((await cairn(home, 'report small')).err).toMatchInlineSnapshot(`
    "
    error CAIRN_REPORT_EMPTY  cairn report: no run of small/default is finished
      cairn run small goes on with it
      cairn runs small says how far it is
    "
  `);
  expect((await cairn(home, 'report small/default/kd-t0-s0')).err).toMatchInlineSnapshot(`
    "
    error CAIRN_RUN_UNFINISHED  cairn report: small/default/kd-t0-s0 is not finished
      cairn run small
      or leave it out
    "
  `);
  expect((await cairn(home, 'report small/smoke')).err).toMatchInlineSnapshot(`
    "
    error CAIRN_STUDY_ABSENT  cairn report: no runs of "small/smoke"
      known: small/default
    "
  `);
  const other = emptyHome();
  await writeStudy(other, small);
  expect((await cairn(other, 'report small/default/kd')).err).toMatchInlineSnapshot(`
    "
    error CAIRN_REPORT_MANY  cairn report: "small/default/kd" is 3 runs
      one of them: small/default/kd-t0-s0, small/default/kd-t0-s1, small/default/kd-t0-s2
      or the whole study: cairn report small/default
    "
  `);
  writeFileSync(join(other, 'taken'), '');
  const { code, err } = await cairn(other, 'report small --stored --out=taken');
  expect([code, err]).toMatchInlineSnapshot(`
    [
      1,
      "
    error CAIRN_FILE_FAILED  cannot write <home>/taken/probe: EEXIST
      check that the disk is there and that no file stands where a folder is needed
    ",
    ]
  `);
  expect([home, other].map((folder) => existsSync(join(folder, 'reports')))).toEqual([false, false]);
});

test('runs that are half done are named and not counted', async () => {
  const home = emptyHome();
  const runs = small.runs.map((run) => ({ ...run, finished: run.condition !== 'kd' || run.seed !== 2 }));
  await writeStudy(home, { ...small, runs, absent: [{ condition: 'kd', seed: 3 }] });
  expect((await cairn(home, 'report small --stored')).code).toBe(0);
  const page = readFileSync(join(home, 'reports/small/default/report.html'), 'utf8');
  expect([...page.matchAll(/<li>(not counted[^<]*)/g)].map(([, text]) => text)).toMatchInlineSnapshot(`
    [
      "not counted: kd-t0-s2, not finished.",
      "not counted: kd-t0-s3, not run yet.",
    ]
  `);
  expect(page).toContain('mean over 2 to 3 paired seeds');
});

test('one seed: no intervals anywhere, and the page says what that means', async () => {
  const home = emptyHome();
  await writeStudy(home, { ...small, runs: small.runs.filter((run) => run.seed === 0) });
  expect((await cairn(home, 'report small --stored')).code).toBe(0);
  const page = readFileSync(join(home, 'reports/small/default/report.html'), 'utf8');
  expect(page).toContain('1 seed: no interval, so no difference can be told from chance.');
  expect(page).toContain('<td>65.50</td>');
  expect(page).not.toMatch(/NaN|undefined/);
  expect(comparisonIn(page).contrasts.every(({ t }) => t === undefined)).toBe(true);
});

test('--json says what was written, what is left out and why, with the numbers of cairn compare', async () => {
  const home = emptyHome();
  await writeStudy(home, small);
  const { out } = await cairn(home, 'report small --stored --json');
  const { name, page, figures, omitted, comparison } = JSON.parse(out) as Record<string, unknown>;
  expect([name, page]).toEqual(['small/default', `${home}/reports/small/default/report.html`]);
  expect((figures as string[]).every((file) => existsSync(file))).toBe(true);
  expect(omitted).toContainEqual({ figure: 'losses', why: 'no run recorded a loss.' });
  const compared = JSON.parse((await cairn(home, 'compare small --json')).out) as Comparison;
  expect(comparison).toMatchObject({ contrasts: compared.contrasts });
});
