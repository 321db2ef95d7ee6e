/** Somebody who knows only MLflow opens the study in a browser, compares two runs and sees the chart. */
import { createClient, type Run } from 'mlflow-js-client';
import { findMlflow, startServer } from 'mlflow-js-client/test-support';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { findChromium, openBrowser, shot } from './browser.ts';
import { cairn, temporaryFolder, TINY } from './cairn-process.ts';
import { runsOf as runsIn } from './server-study.ts';

const [mlflow, chromium] = [findMlflow('3'), findChromium()];
const missing = [mlflow, chromium].flatMap((found) => ('missing' in found ? [found.missing] : [])).join(' ');
const inCi = process.env['CI'] !== undefined && process.env['CI'] !== 'false';
/** Pages of MLflow are large, and machines busy. */
const SEEN = { timeout: 90_000 };

test.skipIf(missing !== '' && !inCi)(
  `MLflow's pages show a study ${missing}`,
  async () => {
    if ('missing' in chromium) throw new Error(missing);
    const server = await startServer('3');
    onTestFinished(server.stop);
    const study = [
      'run',
      'quickstart',
      ...TINY,
      '--student.training.epochs=3',
      '--only=kd,rco-eei',
      '--seeds=0,1',
    ];
    const trained = await cairn(temporaryFolder(), study, { MLFLOW_TRACKING_URI: server.uri });
    expect(trained.code, trained.err).toBe(0);
    const runs = await runsOf(server.uri);
    const browser = await openBrowser(chromium.path);
    onTestFinished(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });

    await page.goto(`${server.uri}/#/experiments`);
    await page.getByText('quickstart', { exact: true }).first().waitFor(SEEN);
    await shot(page, '1-experiments');

    const [first] = runs;
    await page.goto(`${server.uri}/#/experiments/${first?.experimentId ?? ''}/runs`);
    await page.getByText('quickstart smoke').first().waitFor(SEEN);
    // As somebody who trains models sets it up.
    await page.getByText('Model training', { exact: true }).click(SEEN);
    await page.getByRole('button', { name: 'Close' }).first().click(SEEN);
    await shot(page, '2-runs');

    const pair = ['kd-t0-s0', 'rco-eei-t0-s0'];
    const students = runs.filter(({ name }) => pair.includes(name));
    await compare(page, server.uri, students);

    const parent = runs.find(({ tags }) => tags['cairn.role'] === 'study');
    await page.goto(pageOf(server.uri, parent));
    await page.getByText('Made by').first().waitFor(SEEN);
    await page.getByText('Show more').first().click(SEEN);
    await page.getByText('All contrasts:').or(page.getByText('test/top1: accuracy')).first().waitFor(SEEN);
    await shot(page, '5-parent');
    await page.goto(`${pageOf(server.uri, parent)}/artifacts/figures/accuracy.png`);
    const [width] = await imageSize(page);
    expect(width).toBeGreaterThan(100);
    await shot(page, '8-figure');
    await page.goto(`${pageOf(server.uri, parent)}/artifacts/report.html`);
    await page.reload(); // the file in the address is opened with the page
    await page.frameLocator('iframe').getByText('Do anchors of the route').first().waitFor(SEEN);
    await shot(page, '9-report');

    const rco = students.find(({ tags }) => tags['cairn.condition'] === 'rco-eei');
    await page.goto(pageOf(server.uri, rco));
    await page.getByText('student.model.depth').first().waitFor(SEEN);
    await page.setViewportSize({ width: 1600, height: 2000 });
    await page.getByText('student-rco-eei-t0-s0').first().waitFor(SEEN);
    await shot(page, '6-run');
    await page.goto(`${pageOf(server.uri, rco)}/model-metrics`);
    await page.locator('.js-plotly-plot').first().waitFor(SEEN);
    await shot(page, '7-metrics');
  },
  600_000,
);

/** The comparison of two runs, as its button opens it, and the charts of the experiment. */
async function compare(page: Page, uri: string, runs: readonly Run[]): Promise<void> {
  const [id = '0'] = runs.map(({ experimentId }) => experimentId);
  await page.goto(`${uri}/#/experiments/${id}/runs?compareRunsMode=CHART`);
  // Runs are folded into their study.
  const parent = page.locator('.ag-cell-wrapper', { hasText: 'quickstart smoke' });
  await parent.locator('button').first().click(SEEN);
  await page.getByText('rco-eei-t0-s0').first().waitFor(SEEN);
  await page.locator('.js-plotly-plot').first().waitFor(SEEN);
  await shot(page, '3-charts');
  await page.getByRole('button', { name: /Group by/ }).click(SEEN);
  await page.getByText('cairn.condition', { exact: true }).first().click(SEEN);
  await page.getByText('Group: rco-eei').first().waitFor(SEEN);
  await page.keyboard.press('Escape');
  await shot(page, '3-groups');
  const ids = encodeURIComponent(JSON.stringify(runs.map(({ runId }) => runId)));
  await page.goto(
    `${uri}/#/compare-runs?runs=${ids}&experiments=${encodeURIComponent(JSON.stringify([id]))}`,
  );
  await page
    .getByText(/Comparing 2 Runs/)
    .first()
    .waitFor(SEEN);
  for (const { name } of runs) expect(await page.getByText(name).count()).toBeGreaterThan(0);
  await page.locator('.js-plotly-plot').first().waitFor(SEEN);
  expect(await page.locator('.js-plotly-plot svg').count()).toBeGreaterThan(0);
  await shot(page, '4-compare');
}

/** Of the figure that is shown. */
async function imageSize(page: Page): Promise<readonly number[]> {
  const image = page.locator('img[src^="blob:"], .js-plotly-plot image').first();
  await image.waitFor(SEEN);
  const box = await image.boundingBox();
  return [box?.width ?? 0, box?.height ?? 0];
}

function pageOf(uri: string, run: Run | undefined): string {
  return `${uri}/#/experiments/${run?.experimentId ?? ''}/runs/${run?.runId ?? ''}`;
}

async function runsOf(uri: string): Promise<readonly Run[]> {
  const client = createClient({ uri });
  try {
    return await runsIn(client, 'quickstart');
  } finally {
    client.close();
  }
}
