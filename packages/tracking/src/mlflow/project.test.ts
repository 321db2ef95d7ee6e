import { MemoryStore } from '@cairn/core';
import { expect, test } from 'vitest';
import { readLines } from '../read-lines.ts';
import type { JournalEntry } from '../records.ts';
import { runRecords, write } from '../test-support/small-study.ts';
import { project } from './project.ts';

async function entriesOfRun(): Promise<readonly JournalEntry[]> {
  const store = new MemoryStore();
  await write(store, await runRecords(store, 'u', 'rco'));
  return readLines((await store.read('journal.jsonl')) ?? new Uint8Array(), 'journal').entries;
}

test('options stand under the paths that a study has for them', async () => {
  const { params } = project(await entriesOfRun());
  expect(Object.keys(params)).toEqual(['seed', 'student.model', 'student.model.depth', 'note', 'long']);
});

test('a run has tags for MLflow, for its switches and for what is not finite', async () => {
  const { tags } = project(await entriesOfRun());
  const { 'mlflow.note.content': description, ...others } = tags;
  expect(others).toMatchInlineSnapshot(`
    {
      "cairn.anchors": "10 > 20",
      "cairn.command": "cairn run small",
      "cairn.commit": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "cairn.condition": "rco",
      "cairn.nonfinite.train/loss": "1, first at step 2",
      "cairn.profile": "default",
      "cairn.role": "student",
      "cairn.run_uid": "u",
      "cairn.seed": "1",
      "cairn.study": "small",
      "cairn.switch.01": "epoch 0: step 10, nearest | first",
      "cairn.switch.02": "epoch 1: step 20, reach 2",
      "cairn.weights": "b489178e7fa92218eb843bbf5221165b5281b595f8f953425835e72d7b4e8ba1",
      "mlflow.source.git.commit": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "mlflow.source.name": "cairn run small",
      "mlflow.source.type": "LOCAL",
    }
  `);
  expect(description).toMatchInlineSnapshot(`
    "Condition **rco** of \`small/default\`, student seed 1, teacher seed ?.

    | student epoch | anchor (step of the teacher) | why |
    |---:|---:|---|
    | 0 | 10 | nearest \\| first |
    | 1 | 20 | reach 2 |

    Made by
    \`\`\`
    cairn run small
    \`\`\`
    at commit \`aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\`. Repeat and compare it bit by bit: \`cairn rerun small/default/rco-t0-s1\`."
  `);
});

test('series keep their steps, a result is bars at step 0', async () => {
  const { metrics } = project(await entriesOfRun());
  expect(metrics.map(({ key, value, step }) => [key, value, step])).toEqual([
    ['train/loss', 0.25, 1],
    ['val/top1', 0.25, 1],
    ['route/anchor', 10, 1],
    ['train/loss', NaN, 2],
    ['val/top1', 0.5, 2],
    ['route/anchor', 20, 2],
    ['final/top1', 0.5, 0],
    ['final/kl', 0.125, 0],
    ['best/val_top1', 0.75, 0],
    ['cost/student_epochs', 2, 0],
    ['cost/giga_multiply_adds', 4000, 0],
    ['time/total_s', 12.5, 0],
  ]);
});

test('every list of a prefix begins that of the whole', async () => {
  const entries = await entriesOfRun();
  const whole = project(entries);
  for (let count = 0; count <= entries.length; count++) {
    const part = project(entries.slice(0, count));
    for (const list of ['metrics', 'datasets', 'files', 'anchors', 'results'] as const) {
      expect(whole[list].slice(0, part[list].length)).toEqual(part[list]);
    }
  }
});

test('records of a newer kind are named, a param that MLflow would cut ends with an ellipsis', () => {
  const { tags, params } = project([
    { kind: 'unknown', time: 1, type: 'landscape', data: {} },
    { kind: 'record', time: 2, record: { type: 'params', params: { long: 'x'.repeat(6001) } } },
  ]);
  expect(tags['cairn.unknown_records']).toBe('landscape');
  expect(params['long']).toBe(`${'x'.repeat(5999)}…`);
});
