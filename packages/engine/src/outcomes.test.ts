import { MemoryStore, sha256 } from '@cairn/core';
import { equalEpochs } from '@cairn/anchor-policy-equal-epochs';
import { rco } from '@cairn/curriculum-rco';
import { kd } from '@cairn/loss-kd';
import { writeSafetensors } from '@cairn/route';
import { failureOf } from '@cairn/testing';
import { expect, test } from 'vitest';
import { classesOf, readOutcomes, writeOutcomes } from './outcomes.ts';
import { MemoryJournal, smallStudy } from './test-support/small-study.ts';

test('a row that holds what is no number is of no class; of equal logits the first counts', () => {
  const rows = [[0, 2, 1], [3, 3, 0], [NaN, 1, 0], [5, NaN, 1], [NaN, NaN, NaN], [-Infinity, -1, -2]].flat();
  expect([...classesOf(Float32Array.from(rows), 3)]).toEqual([1, 0, -1, -1, -1, 1]);
});

test('what is written is read; anything else is refused', async () => {
  const outcomes = { predicted: Int32Array.of(1, -1), labels: Int32Array.of(1, 0) };
  const bytes = await writeOutcomes(outcomes);
  expect(await readOutcomes(bytes, 'a')).toEqual(outcomes);
  const taught = { ...outcomes, teacher: Int32Array.of(0, 0) };
  expect(await readOutcomes(await writeOutcomes(taught), 'a')).toEqual(taught);
  const none = writeSafetensors({});
  expect(await failureOf(() => readOutcomes(none, 'a'))).toContain('a: no sealed checkpoint');
  const short = await writeOutcomes({ ...outcomes, labels: Int32Array.of(1) });
  expect(await failureOf(() => readOutcomes(short, 'a'))).toMatchInlineSnapshot(`
    "CAIRN_CHECKPOINT_DAMAGED a holds no predictions
    restore it from a copy, or train the run again: cairn run <study> --fresh"
  `);
});

test('a finished run says which images it got right, and its metrics are those', async () => {
  const study = await smallStudy();
  const [store, journal] = [new MemoryStore('run'), new MemoryJournal()];
  const curriculum = rco({ loss: kd(), anchorPolicy: equalEpochs({ anchors: 2 }) });
  const { last, best, epochs } = await study.teach(study.studentSpec(curriculum), { store, journal });
  const artifacts = journal.records.flatMap((r) => (r.type === 'artifact' ? [r] : []));
  const roles = best.epoch === epochs ? ['last'] : ['last', 'best'];
  expect(artifacts.map((a) => a.path)).toEqual(roles.map((role) => `test-${role}.safetensors`));
  for (const [i, { file, sha256: digest, bytes: length }] of artifacts.entries()) {
    const bytes = (await store.read(file)) ?? new Uint8Array();
    expect([await sha256(bytes), bytes.length]).toEqual([digest, length]);
    const { predicted, labels, teacher } = await readOutcomes(bytes, file);
    const share = (of: Int32Array | undefined): number =>
      predicted.filter((value, row) => value === of?.[row]).length / predicted.length;
    const metrics = i === 0 ? last : best.metrics;
    expect(labels).toEqual(study.splits.test.labels);
    expect([share(labels), share(teacher)]).toEqual([metrics['test/top1'], metrics['test/agree1']]);
  }
});
