import { createRandom } from '@cairn/core';
import { describe, expect, test } from 'vitest';
import { carve, stratified } from './split.ts';

/** 7 classes of 1, 2, 5, 10, 20, 40 and 80 rows, mixed. */
const sizes = [1, 2, 5, 10, 20, 40, 80];
const sorted = sizes.flatMap((size, label) => Array.from({ length: size }, () => label));
const order = createRandom(4).at('test').permutation(sorted.length);
const labels = Int32Array.from(order, (i) => sorted[i] ?? 0);

const counts = (rows: Int32Array): number[] =>
  sizes.map((_, label) => rows.filter((row) => labels[row] === label).length);
const ascending = (rows: Int32Array): boolean => rows.every((row, i) => i === 0 || row > (rows[i - 1] ?? 0));

describe('carve', () => {
  test.each([0, 0.1, 0.25, 0.5])('a fraction of %d: two ascending parts that are the whole', (fraction) => {
    const { train, held } = carve(labels, fraction, 0);
    expect(Int32Array.from([...train, ...held]).sort()).toEqual(labels.map((_, i) => i));
    expect([ascending(train), ascending(held)]).toEqual([true, true]);
  });

  test('holds out the rounded share of every class and keeps one to train on', () => {
    const { train, held } = carve(labels, 0.1, 0);
    // 0.1, 0.2, 0.5 → 1, 1, 2, 4, 8
    expect(counts(held)).toEqual([0, 0, 1, 1, 2, 4, 8]);
    expect(counts(train)).toEqual([1, 2, 4, 9, 18, 36, 72]);
    expect(counts(carve(labels, 0.5, 0).held)).toEqual([0, 1, 3, 5, 10, 20, 40]);
    expect(counts(carve(labels, 0, 0).held)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  test('is fixed by its seed', () => {
    expect(carve(labels, 0.25, 3)).toEqual(carve(labels, 0.25, 3));
    expect(carve(labels, 0.25, 4).held).not.toEqual(carve(labels, 0.25, 3).held);
  });

  test('a class that no row has is no class', () => {
    expect(carve(Int32Array.of(5, 5, 2, 2), 0.5, 0).train).toHaveLength(2);
  });
});

describe('stratified', () => {
  const rows = labels.map((_, i) => i).filter((i) => i % 3 !== 0);

  test('takes equal shares of the classes as far as they have rows', () => {
    const all = counts(rows);
    const probe = stratified(rows, labels, 40, 0);
    expect(probe).toHaveLength(40);
    expect(ascending(probe)).toBe(true);
    expect(probe.filter((row) => !rows.includes(row))).toHaveLength(0);
    const taken = counts(probe);
    // Rounds of one row a class: who gave less than the most but one has nothing left.
    const most = Math.max(...taken);
    taken.forEach((count, label) => {
      if (count < most - 1) expect(count).toBe(all[label]);
    });
  });

  test('gives all rows where the limit allows it, none at a limit of 0', () => {
    expect(stratified(rows, labels, rows.length, 0)).toEqual(rows);
    expect(stratified(rows, labels, 10_000, 0)).toEqual(rows);
    expect(stratified(rows, labels, 0, 0)).toHaveLength(0);
  });

  test('is fixed by its seed, and a smaller probe is part of a larger one', () => {
    const probe = stratified(rows, labels, 40, 1);
    expect(stratified(rows, labels, 40, 1)).toEqual(probe);
    expect(stratified(rows, labels, 40, 2)).not.toEqual(probe);
    expect(stratified(rows, labels, 20, 1).filter((row) => !probe.includes(row))).toHaveLength(0);
  });
});
