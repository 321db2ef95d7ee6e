import { contentHash, MemoryStore, type Study } from '@cairn/core';
import { failureOf } from '@cairn/testing';
import { beforeEach, expect, test } from 'vitest';
import { declareStudy, markLooked, readStudyRecord, STUDY_FILE, studyFlags } from './declaration.ts';

const contrast = { condition: 'rco', against: 'kd', metric: 'test/top1', margin: 0.006 };
const study = (changes: Partial<Study> = {}) =>
  ({ id: 'declared', primary: [contrast], seeds: [0, 1], teacherSeeds: [0], ...changes }) as Study;
const status = (begun: number) => ({
  runs: new Map(
    Array.from({ length: begun }, (_, i) => [`run-${i}`, { state: 'reused', text: '' }] as const),
  ),
});
const at = (hour: number) => new Date(Date.UTC(2026, 0, 1, hour));

let store: MemoryStore;
beforeEach(() => {
  store = new MemoryStore('study');
});
const flagsOf = async (now: Study, begun: number) => studyFlags(await readStudyRecord(store), now, begun);

test('what is declared before the first student is written with its hash and time, once', async () => {
  await declareStudy(store, study(), status(0), at(1));
  await declareStudy(store, study(), status(2), at(2));
  const { declared } = await readStudyRecord(store);
  expect(declared).toEqual([
    {
      time: '2026-01-01T01:00:00.000Z',
      hash: await contentHash(study()),
      primary: [contrast],
      seeds: [0, 1],
      teacherSeeds: [0],
      begun: 0,
    },
  ]);
  expect(await flagsOf(study(), 2)).toEqual([]);
});

test('until a student has begun the question may change; afterwards that is said', async () => {
  const other = study({ primary: [{ ...contrast, metric: 'test/kl' }] });
  await declareStudy(store, study(), status(0), at(1));
  await declareStudy(store, other, status(0), at(2));
  expect((await readStudyRecord(store)).declared).toHaveLength(1);
  expect(await flagsOf(other, 0)).toEqual([]);
  // A plan says it before it is done.
  expect(await flagsOf(study(), 3)).toEqual([
    'the primary contrasts were changed after 3 students had begun',
  ]);
  await declareStudy(store, study(), status(3), at(3));
  expect(await flagsOf(study(), 9)).toEqual([
    'the primary contrasts were changed after 3 students had begun',
  ]);
  // Back to what was declared first: nothing is changed.
  expect(await flagsOf(other, 9)).toEqual([]);
});

test('contrasts that came after the first students are said to', async () => {
  await declareStudy(store, study(), status(4), at(1));
  expect(await flagsOf(study(), 4)).toEqual([
    'the primary contrasts were declared after 4 students had begun',
  ]);
  expect(await flagsOf(study({ primary: [] }), 0)).toEqual([]);
});

test('seeds that are added after a look are said to be, those before it are not', async () => {
  await declareStudy(store, study(), status(0), at(1));
  expect(await flagsOf(study({ seeds: [0, 1, 2] }), 2)).toEqual([]);
  await markLooked(store, 'table', { seeds: [0, 1], teacherSeeds: [0] }, at(2));
  await markLooked(store, 'comparison', { seeds: [0, 1], teacherSeeds: [0] }, at(3));
  expect((await readStudyRecord(store)).looked).toHaveLength(1);
  const more = study({ seeds: [0, 1, 2, 3], teacherSeeds: [0, 1] });
  expect(await flagsOf(more, 2)).toEqual([
    'seeds 2, 3 were added after results had been looked at',
    'teacher seed 1 was added after results had been looked at',
  ]);
  // Looking at them too does not make them seeds from before.
  await markLooked(store, 'table', more, at(4));
  expect(await flagsOf(more, 9)).toHaveLength(2);
});

test('a damaged file stops the study', async () => {
  await store.write(STUDY_FILE, new TextEncoder().encode('{'));
  expect(await failureOf(() => readStudyRecord(store))).toMatchInlineSnapshot(`
    "CAIRN_STUDY_DAMAGED study/study.json is no JSON
    restore it from a copy; without it nobody knows what was declared before the first student"
  `);
});
