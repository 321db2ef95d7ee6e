/** What a study shows besides its runs' journals: its page, and which runs still count. */
import { RunError } from '@cairn/core';
import { describeServer } from 'mlflow-js-client/test-support';
import { expect, test } from 'vitest';
import { finishedStudy, write } from '../test-support/small-study.ts';
import { ground, runsThere, syncOf, type Ground } from '../test-support/sync-ground.ts';
import type { PageFile, PageSource } from './source.ts';

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

/** A page that counts how often it is made. */
function countedPage(state: () => string): {
  readonly page: () => Promise<PageSource>;
  readonly made: () => number;
} {
  let made = 0;
  async function* figures(): AsyncGenerator<PageFile> {
    yield { path: 'figures/a.svg', body: '<svg/>' };
    yield { path: 'figures/a.png', body: bytes(137, 80, 0, 255, made) };
  }
  const make: PageSource['make'] = async () => {
    made++;
    const files = [{ path: 'comparison.md', body: `state ${state()}` }];
    return { description: `page ${state()}`, tags: { shown: state() }, files, figures: figures() };
  };
  return { page: async () => ({ state: state(), make }), made: () => made };
}

async function parentOf(place: Ground) {
  const parent = (await runsThere(place)).find(({ tags }) => tags['cairn.role'] === 'study');
  if (parent === undefined) throw new Error('no parent');
  return parent;
}

describeServer('3', 'a study besides its journals', (server) => {
  test('the page is made where it has changed, by whomever, and is there byte by byte', async () => {
    const study = await finishedStudy();
    let state = 'one';
    const { page, made } = countedPage(() => state);
    const place = await ground(server, { ...study, source: { ...study.source, page } });
    const sync = syncOf(place);
    await sync.pass();
    await sync.pass();
    await syncOf(place).pass();
    expect(made()).toBe(1);
    const parent = await parentOf(place);
    expect(parent.tags).toMatchObject({ 'mlflow.note.content': 'page one', shown: 'one' });
    const { artifacts } = place.client;
    expect(await artifacts.download(parent, 'figures/a.png')).toEqual(Buffer.from(bytes(137, 80, 0, 255, 1)));
    expect((await artifacts.download(parent, 'comparison.md')).toString()).toBe('state one');

    state = 'two';
    await sync.pass();
    expect(made()).toBe(2);
    expect(await artifacts.download(parent, 'figures/a.png')).toEqual(Buffer.from(bytes(137, 80, 0, 255, 2)));
    await write(study.root, [{ type: 'tags', tags: { 'cairn.seeds': '0, 1' } }]);
    await sync.pass();
    expect(made()).toBe(3);
    expect((await parentOf(place)).tags['mlflow.note.content']).toBe('page two');
  });

  test('a page that cannot be made is said once and keeps no run back', async () => {
    const study = await finishedStudy();
    let tries = 0;
    const make: PageSource['make'] = () => {
      tries++;
      return Promise.reject(new RunError('CAIRN_PLAN_MISSING', 'no plan.json'));
    };
    const page = async (): Promise<PageSource> => ({ state: 'same', make });
    const place = await ground(server, { ...study, source: { ...study.source, page } });
    const sync = syncOf(place);
    const first = await sync.pass();
    expect(first.problems.map(({ name, error }) => [name, error.message])).toEqual([
      ['small/default/', 'no plan.json'],
    ]);
    expect(first.runs.map(({ status }) => status)).toEqual(['FINISHED', 'FINISHED', 'FINISHED']);
    expect((await sync.pass()).problems).toEqual([]);
    expect(tries).toBe(1);
  });

  test('a run whose place was taken is marked where it is known, and not sent where it is not', async () => {
    const study = await finishedStudy();
    const place = await ground(server, study);
    await syncOf(place).pass();
    const runs = async () =>
      (await study.source.runs()).map((run) =>
        run.name.endsWith('/kd') ? { ...run, name: 'small/default/superseded/kd-1', superseded: true } : run,
      );
    const later = { ...place, study: { ...study, source: { ...study.source, runs } } };
    const sync = syncOf(later);
    expect((await sync.pass()).problems).toEqual([]);
    await sync.pass();
    const found = await runsThere(place);
    expect(found.map(({ name, tags }) => [name, tags['cairn.condition'], tags['cairn.superseded']])).toEqual([
      ['kd-t0-s1 (superseded)', 'kd (superseded)', 'true'],
      ['rco-t0-s1', 'rco', undefined],
      ['small default', undefined, undefined],
    ]);

    const elsewhere = await ground(server, later.study);
    const report = await syncOf(elsewhere).pass();
    expect(report.runs.map(({ name }) => name)).toEqual(['small/default/', 'small/default/rco']);
  });
});
