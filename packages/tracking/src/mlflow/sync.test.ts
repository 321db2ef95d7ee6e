/** Against real servers: what is in the journals is on them, whatever happened on the way. */
import { MemoryStore, type Store } from '@cairn/core';
import { describeServer, serverLines } from 'mlflow-js-client/test-support';
import { expect, test } from 'vitest';
import { runRecords, smallStudy, write } from '../test-support/small-study.ts';
import { ground, runsThere, syncOf, type Ground } from '../test-support/sync-ground.ts';
import { UID } from './session.ts';
import { projectRun } from './sync-run.ts';

/** What of a server's runs does not depend on who sent it when. */
async function stateOf(place: Ground): Promise<unknown> {
  const runs = await runsThere(place);
  const names = new Map(runs.map(({ runId, name }) => [runId, name]));
  return Promise.all(
    runs.map(async (run) => {
      const { params, tags, metrics, datasets, status, startTime, endTime, modelInputs, modelOutputs } = run;
      const files = await place.client.artifacts.listAll(run);
      const { 'mlflow.parentRunId': parent = '', 'mlflow.artifactLocation': _, ...others } = tags;
      const series: Record<string, unknown> = {};
      for (const key of Object.keys(metrics)) {
        const points = [];
        for await (const { value, step, timestamp } of place.client.runs.metricHistory(run.runId, key))
          points.push([value, step, timestamp]);
        series[key] = points;
      }
      return {
        ...{ name: run.name, parent: names.get(parent), params, tags: others, series, datasets, status },
        ...{ startTime, endTime, models: [modelInputs.length, modelOutputs.length] },
        files: files.map(({ path, bytes }) => [path, bytes]).sort(),
      };
    }),
  );
}

for (const line of serverLines) {
  describeServer(line, 'the synchroniser', (server) => {
    test('everything in the journals is read back equal, and nothing twice', async () => {
      const place = await ground(server);
      const report = await syncOf(place).pass();
      expect(report.problems).toEqual([]);
      expect(report.runs.map(({ name, status }) => [name, status])).toEqual([
        ['small/default/', 'FINISHED'],
        ['small/default/kd', 'FINISHED'],
        ['small/default/rco', 'FINISHED'],
      ]);
      for (const source of await place.study.source.runs()) {
        const { params, tags, metrics, datasets, files } = await projectRun(source);
        const synced = report.runs.find(({ name }) => name === source.name);
        const artifacts = files.map(({ path, bytes }) => ({ path, bytes }));
        const sent = {
          params,
          tags,
          metrics,
          datasets,
          artifacts,
          status: 'FINISHED',
          endTime: 1_700_000_100_000,
        } as const;
        const verified = await place.client.verify(synced?.runId ?? '', sent, { exact: true });
        expect(verified.differences).toEqual([]);
        expect(verified.compared).toMatchObject({ metrics: 11, params: 5, datasets: 3, artifacts: 1 });
      }
    });

    test('a second pass, by another synchroniser without cursors, changes nothing', async () => {
      const place = await ground(server);
      await syncOf(place).pass();
      const before = await stateOf(place);
      const again = await syncOf(place).pass();
      expect(again.runs.map(({ lines }) => lines)).toEqual([0, 0, 0]);
      await syncOf({ ...place, cursors: new MemoryStore() }).pass();
      expect(await stateOf(place)).toEqual(before);
    });

    test('a run that fails, is gone on with and is killed without a word', async () => {
      const study = smallStudy(['failed', 'killed']);
      const [failed, killed] = [study.stores['failed'], study.stores['killed']];
      if (failed === undefined || killed === undefined) throw new Error('no store');
      const records = (await runRecords(failed, 'uid-failed', 'kd')).slice(0, 7);
      await write(failed, [...records, { type: 'run_end', status: 'FAILED', endTime: 1_700_000_050_000 }]);
      await write(killed, (await runRecords(killed, 'uid-killed', 'rco')).slice(0, 7));
      const place = await ground(server, study);
      const report = await syncOf(place).pass();
      expect(report.runs.map(({ status }) => status)).toEqual(['FAILED', 'KILLED']);
      expect((await runsThere(place)).map(({ status, endTime }) => [status, endTime])).toEqual([
        ['FAILED', 1_700_000_050_000],
        ['KILLED', 1_700_000_000_007],
      ]);
    });

    test('a torn tail is waited for; a newer journal is named and does not keep the others back', async () => {
      const place = await ground(server);
      const { kd, rco } = place.study.stores;
      const whole = (await rco?.read('journal.jsonl')) ?? new Uint8Array();
      await rco?.write('journal.jsonl', whole.subarray(0, whole.length - 40));
      await kd?.write('journal.jsonl', new TextEncoder().encode('{"v":9,"t":1,"type":"run_start"}\n'));
      const sync = syncOf(place);
      const first = await sync.pass();
      expect(first.problems.map(({ name, error }) => [name, error.message])).toEqual([
        [
          'small/default/kd',
          'journal memory/kd/journal.jsonl, line 1: format version 9; this Cairn reads up to 2',
        ],
      ]);
      expect(first.runs.map(({ name, status }) => [name, status])).toContainEqual([
        'small/default/rco',
        'KILLED',
      ]);
      await rco?.write('journal.jsonl', whole);
      const second = await sync.pass();
      expect(second.runs.map(({ name, status, lines }) => [name, status, lines])).toEqual([
        ['small/default/rco', 'FINISHED', 1],
      ]);
    });

    test('what was deleted on the server is made again', async () => {
      const place = await ground(server);
      await syncOf(place).pass();
      const before = await stateOf(place);
      for (const run of await runsThere(place)) await place.client.runs.delete(run.runId);
      expect(await runsThere(place)).toEqual([]);
      await syncOf(place).pass();
      expect(await stateOf(place)).toEqual(before);
    });

    test('an experiment that was deleted is brought back', async () => {
      const place = await ground(server);
      await syncOf(place).pass();
      const before = await stateOf(place);
      const experiment = await place.client.experiments.getByName(place.name);
      await place.client.experiments.delete(experiment?.experimentId ?? '');
      await syncOf(place).pass();
      expect(await stateOf(place)).toEqual(before);
    });
  });
}

describeServer('3', 'a synchroniser that is killed', (server) => {
  test('after every record: the next one ends in the same state', async () => {
    const whole = await ground(server);
    await syncOf(whole).pass();
    const expected = await stateOf(whole);
    const place = await ground(server);
    for (let kills = 0; ; kills++) {
      const abort = new AbortController();
      // Dies when the cursor has moved once more: between two records.
      const dying: Store = Object.assign(Object.create(place.cursors) as Store, {
        read: place.cursors.read.bind(place.cursors),
        write: async (path: string, bytes: Uint8Array) => {
          await place.cursors.write(path, bytes);
          abort.abort();
        },
      });
      try {
        await syncOf({ ...place, cursors: dying }, { chunk: 1 }).pass(abort.signal);
        if (!abort.signal.aborted) {
          expect(kills).toBeGreaterThan(20);
          break;
        }
      } catch (error) {
        if (error !== abort.signal.reason) throw error;
      }
    }
    expect(await stateOf(place)).toEqual(expected);
  });

  test('two at once, without a common lock, end with each run once', async () => {
    const place = await ground(server);
    const other = { ...place, cursors: new MemoryStore() };
    await Promise.all([syncOf(other).pass(), syncOf(place).pass()]);
    await syncOf(place).pass();
    await syncOf(other).pass();
    const uids = (await runsThere(place)).map(({ tags }) => tags[UID]);
    expect(uids.sort()).toEqual(['parent', 'uid-kd', 'uid-rco']);
  });

  test('the student and its anchors are logged models, each anchor once', async () => {
    const place = await ground(server);
    await syncOf(place).pass();
    const experiment = await place.client.experiments.getByName(place.name);
    const models = [];
    for await (const model of place.client.models.searchAll([experiment?.experimentId ?? '']))
      models.push(model);
    const facts = models.map(({ name, modelType, status }) => [name, modelType, status]).sort();
    expect(facts).toEqual([
      ['anchor-step-10', 'anchor', 'READY'],
      ['anchor-step-20', 'anchor', 'READY'],
      ['student-kd-t0-s1', 'student', 'READY'],
      ['student-rco-t0-s1', 'student', 'READY'],
    ]);
    const student = models.find(({ name }) => name === 'student-kd-t0-s1');
    const weights = await place.client.artifacts.download(student ?? { artifactUri: '' }, 'last.safetensors');
    expect(new TextDecoder().decode(weights)).toBe('weights of uid-kd');
    const [kd] = await runsThere(place);
    const linked = await place.client.runs.get(kd?.runId ?? '');
    expect([linked.modelInputs.length, linked.modelOutputs.length]).toEqual([2, 1]);
    const anchor = models.find(({ name }) => name === 'anchor-step-10');
    expect(anchor?.tags['cairn.left_out']).toBe('anchor-step-10: its weights are not on this disk');
  });
});
