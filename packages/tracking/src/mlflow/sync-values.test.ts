/** Against real servers: many points, odd names, long values, and numbers that are none. */
import type { RunRecord } from '@cairn/core';
import { describeServer, serverLines } from 'mlflow-js-client/test-support';
import { expect, test } from 'vitest';
import { runRecords, smallStudy, write } from '../test-support/small-study.ts';
import { ground, runsThere, syncOf } from '../test-support/sync-ground.ts';
import { projectRun } from './sync-run.ts';

const TIME = 1_700_000_001_000;
const STEPS = 1250;

/** 5,000 points in four series, 300 params, names and texts in many scripts. */
function largeRecords(head: readonly RunRecord[]): readonly RunRecord[] {
  const params = Object.fromEntries([
    ...Array.from({ length: 300 }, (_, i) => [`option.${String(i)}`, String(i)] as const),
    ['größe.漢字', 'naïve 😀\n"\\'],
    ['lang', '漢'.repeat(6000)],
    ['augmentation.mix@2', '0.5'],
  ]);
  const metrics = Array.from({ length: STEPS }, (_, step): RunRecord => ({
    type: 'metrics',
    metrics: [
      ['val/genauigkeit', 1 / (step + 1), step, TIME + step],
      ['val/präzision', Math.fround(0.1) * step, step, TIME + step],
      ['val/精度', -step * 1e-300, step, TIME + step],
      ['train/loss', 2 ** 53 - step, step, TIME + step],
    ],
  }));
  return [
    ...head.slice(0, 1),
    { type: 'params', params },
    { type: 'tags', tags: { 'cairn.note': 'ß'.repeat(5000) } },
    ...head.slice(2, 5),
    ...metrics,
    { type: 'run_end', status: 'FINISHED', endTime: TIME },
  ];
}

for (const line of serverLines) {
  describeServer(line, 'values', (server) => {
    test('5,000 points, 6,000 characters, 300 params and names of many scripts read back equal', async () => {
      const study = smallStudy(['größe 漢字']);
      const [store] = Object.values(study.stores);
      if (store === undefined) throw new Error('no store');
      await write(store, largeRecords(await runRecords(store, 'uid-large', 'größe 漢字 😀')));
      const place = await ground(server, study);
      const report = await syncOf({ ...place, name: `${place.name} ö漢😀` }).pass();
      expect(report.problems).toEqual([]);
      const [run] = await study.source.runs();
      if (run === undefined) throw new Error('no run');
      const { params, tags, metrics, datasets } = await projectRun(run);
      const sent = { params, tags, metrics, datasets };
      const verified = await place.client.verify(report.runs[0]?.runId ?? '', sent, { exact: true });
      expect(verified.differences).toEqual([]);
      expect(verified.compared).toMatchObject({ metrics: 4 * STEPS, params: 303, datasets: 3 });
      const [there] = await runsThere({ ...place, name: `${place.name} ö漢😀` });
      expect(there?.name).toBe('größe 漢字 😀-t0-s1');
      expect(there?.params['lang']).toBe('漢'.repeat(6000));
      expect(there?.params['augmentation.mix_2']).toBe('0.5');
    });

    test('NaN and infinities are counted in a tag; opted in they are sent, as far as a database keeps them', async () => {
      const study = smallStudy(['odd']);
      const [store] = Object.values(study.stores);
      if (store === undefined) throw new Error('no store');
      const [start] = await runRecords(store, 'uid-odd', 'odd');
      const values = [NaN, Infinity, -Infinity, 1];
      const metrics = values.map((value, i) => ['train/loss', value, i + 1, TIME + i] as const);
      await write(store, [...(start === undefined ? [] : [start]), { type: 'metrics', metrics }]);
      const series = async (nonFinite: 'skip' | 'send') => {
        const place = await ground(server, study);
        await syncOf(place, { nonFinite }).pass();
        const [run] = await runsThere(place);
        expect(run?.tags['cairn.nonfinite.train/loss']).toBe('3, first at step 1');
        const found = new Map<number, number>();
        for await (const { step, value } of place.client.runs.metricHistory(run?.runId ?? '', 'train/loss'))
          found.set(step, value);
        return [1, 2, 3, 4].map((step) => found.get(step));
      };
      expect(await series('skip')).toEqual([undefined, undefined, undefined, 1]);
      expect(await series('send')).toEqual([NaN, Number.MAX_VALUE, -Number.MAX_VALUE, 1]);
    });
  });
}
