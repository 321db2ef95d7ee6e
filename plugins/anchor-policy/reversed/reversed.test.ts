import { createRegistry, type Move } from '@cairn/core';
import { failureOf, placedAnchors, steppingAnchors, testAnchorPolicy } from '@cairn/testing';
import { expect, test } from 'vitest';
import { reversed, reversedMoves } from './index.ts';

const create = (options: Partial<Parameters<typeof reversed>[0]> = {}) =>
  createRegistry([reversed, placedAnchors, steppingAnchors]).create(
    reversed({ of: placedAnchors(), ...options }),
  );

testAnchorPolicy('reversed', () => create(), { increasing: false });
testAnchorPolicy('reversed, all of them', () => create({ keepLast: false }), {
  increasing: false,
  endsConverged: false,
});

const moves = [10, 20, 30, 40].map((id): Move => ({ reason: `${id}`, numbers: { id }, move: [id] }));

test('backwards, the last one kept or not', () => {
  const idsOf = (keepLast: boolean) =>
    reversedMoves(moves, keepLast).flatMap((d) => ('move' in d ? d.move : []));
  expect(idsOf(true)).toEqual([30, 20, 10, 40]);
  expect(idsOf(false)).toEqual([40, 30, 20, 10]);
  expect(reversedMoves(moves, true)[0]).toEqual({
    reason: 'reversed: 1 was 3',
    numbers: { id: 30, place: 3 },
    move: [30],
  });
});

test('one anchor is itself', () => {
  expect(reversedMoves(moves.slice(0, 1), true)).toEqual(moves.slice(0, 1));
  expect(reversedMoves(moves.slice(0, 1), false)).toEqual(moves.slice(0, 1));
});

test('a policy whose anchors are not known beforehand is refused', async () => {
  expect(await failureOf(() => create({ of: steppingAnchors() }))).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID reversed.of: a policy that looks at the student, so its anchors are not known beforehand
    one that plans from the route alone, such as equal-epochs or listed"
  `);
});
