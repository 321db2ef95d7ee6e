import { createRegistry, type Move } from '@cairn/core';
import { failureOf, placedAnchors, steppingAnchors, testAnchorPolicy } from '@cairn/testing';
import { expect, test } from 'vitest';
import { ensembleMoves, snapshotEnsemble } from './index.ts';

const create = (of = placedAnchors()) =>
  createRegistry([snapshotEnsemble, placedAnchors, steppingAnchors]).create(snapshotEnsemble({ of }));

testAnchorPolicy('snapshot-ensemble', () => create(), { increasing: false, endsConverged: false });

const move = (...ids: [number, ...number[]]): Move => ({ reason: 'for tests', numbers: {}, move: ids });
const movesOf = (...moves: Move[]) => ensembleMoves(moves).map((d) => ('move' in d ? d.move : []));

test('each anchor once, as often as there were moves', () => {
  expect(movesOf(move(10), move(30), move(40))).toEqual([
    [10, 30, 40],
    [10, 30, 40],
    [10, 30, 40],
  ]);
  expect(movesOf(move(30), move(10, 30))).toEqual([
    [10, 30],
    [10, 30],
  ]);
});

test('one anchor is itself', () => {
  expect(movesOf(move(10))).toEqual([[10]]);
  expect(movesOf()).toEqual([]);
});

test('a policy whose anchors are not known beforehand is refused', async () => {
  expect(await failureOf(() => create(steppingAnchors()))).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID snapshot-ensemble.of: a policy that looks at the student, so its anchors are not known beforehand
    one that plans from the route alone, such as equal-epochs or listed"
  `);
});
