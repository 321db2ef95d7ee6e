import { createRegistry, type Move } from '@cairn/core';
import { failureOf, placedAnchors, steppingAnchors, testAnchorPolicy } from '@cairn/testing';
import { expect, test } from 'vitest';
import { shuffled, shuffledMoves } from './index.ts';

const create = (options: Partial<Parameters<typeof shuffled>[0]> = {}) =>
  createRegistry([shuffled, placedAnchors, steppingAnchors]).create(
    shuffled({ of: placedAnchors(), ...options }),
  );

testAnchorPolicy('shuffled', () => create(), { increasing: false });
testAnchorPolicy('shuffled, all of them', () => create({ keepLast: false, seed: 3 }), {
  increasing: false,
  endsConverged: false,
});

const moves = (n: number) =>
  Array.from({ length: n }, (_, i): Move => ({ reason: `${i}`, numbers: {}, move: [i] }));
const orderOf = (n: number, seed: number, keepLast: boolean) =>
  shuffledMoves(moves(n), seed, keepLast).flatMap((d) => ('move' in d ? d.move : []));

test('one anchor is itself; two with the last kept too', () => {
  expect(shuffledMoves(moves(1), 0, true)).toEqual(moves(1));
  expect(shuffledMoves(moves(1), 0, false)).toEqual(moves(1));
  expect(shuffledMoves(moves(2), 0, true)).toEqual(moves(2));
  expect(orderOf(2, 0, false)).toEqual([1, 0]);
});

test.each([3, 4, 7])('%i anchors: each once, none where it was, over seeds in every such order', (n) => {
  const orders = Array.from({ length: 40 }, (_, seed) => orderOf(n, seed, true));
  const sorted = Array.from({ length: n }, (_, i) => i);
  for (const order of orders) {
    expect(order.toSorted((a, b) => a - b)).toEqual(sorted);
    expect(order.at(-1)).toBe(n - 1);
    expect(order.slice(0, -1).filter((id, place) => id === place)).toEqual([]);
  }
  // Orders that leave nothing in its place: one of two, two of three.
  if (n < 7) expect(new Set(orders.map(String)).size).toBe(n === 3 ? 1 : 2);
});

test('what has moved says where it was', () => {
  expect(shuffledMoves(moves(3), 0, true)).toEqual([
    { reason: 'shuffled: 1 was 2', numbers: { place: 2 }, move: [1] },
    { reason: 'shuffled: 2 was 1', numbers: { place: 1 }, move: [0] },
    { reason: '2', numbers: {}, move: [2] },
  ]);
});

test('a policy whose anchors are not known beforehand is refused', async () => {
  expect(await failureOf(() => create({ of: steppingAnchors() }))).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID shuffled.of: a policy that looks at the student, so its anchors are not known beforehand
    one that plans from the route alone, such as equal-epochs or listed"
  `);
});
