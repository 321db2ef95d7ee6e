import { expect, test } from 'vitest';
import { epochShares, piecesOf, sharesFor } from './index.ts';

test.each([
  [6, 3],
  [5, 3],
  [12, 4],
  [7, 4],
  [3, 5],
  [100, 7],
])('equal shares of %i epochs for %i anchors: epoch e belongs to anchor ceil(e·n/E)', (epochs, anchors) => {
  const lengths = epochShares(epochs, sharesFor(anchors));
  const owners = lengths.flatMap((length, i) => Array.from({ length }, () => i + 1));
  const expected = Array.from({ length: epochs }, (_, e) => Math.ceil(((e + 1) * anchors) / epochs));
  expect(owners).toEqual(expected);
});

test('shares: cumulated, whole epochs, the rest for the last that has one', () => {
  expect(epochShares(6, sharesFor(3))).toEqual([2, 2, 2]);
  expect(epochShares(10, [0.25, 0.25, 0.5])).toEqual([2, 3, 5]);
  expect(epochShares(2.5, [1, 0])).toEqual([2.5, 0]);
  expect(epochShares(4, [0, 0, 1])).toEqual([0, 0, 4]);
});

test('a share for the last anchor leaves the others equal parts', () => {
  expect(sharesFor(3, 0.5)).toEqual([0.25, 0.25, 0.5]);
  expect(sharesFor(4)).toEqual([0.25, 0.25, 0.25, 0.25]);
  expect(sharesFor(2, 0)).toEqual([1, 0]);
  expect(sharesFor(1, 0.3)).toEqual([1]);
});

test('pieces: all of one length but the last', () => {
  expect(piecesOf(7, 3)).toEqual([3, 3, 1]);
  expect(piecesOf(6, 3)).toEqual([3, 3]);
  expect(piecesOf(2, 5)).toEqual([2]);
  expect(piecesOf(0, 5)).toEqual([]);
});
