import { createPlugin, routeOf, routeOfLength, testAnchorPolicy } from '@cairn/testing';
import { expect, test } from 'vitest';
import { equalEpochAnchors, equalEpochs } from './index.ts';

testAnchorPolicy('equal-epochs', () => createPlugin(equalEpochs, equalEpochs()));

const epochsOf = (route: ReturnType<typeof routeOf>, anchors: number) =>
  equalEpochAnchors(route, anchors).map((d) => d.numbers['epoch']);

test('the published list: 4 anchors of 240 epochs', () => {
  const route = routeOf({ epochs: Array.from({ length: 24 }, (_, i) => 10 * (i + 1)) });
  expect(epochsOf(route, 4)).toEqual([60, 120, 180, 240]);
});

test('uneven divisions snap to the nearest candidate, of two the later', () => {
  expect(epochsOf(routeOfLength(10), 4)).toEqual([3, 5, 8, 10]); // 2.5, 5, 7.5, 10
  expect(epochsOf(routeOfLength(10), 3)).toEqual([3, 7, 10]); // 3.33, 6.67, 10
});

test('each candidate once, and one left for every later anchor', () => {
  // Targets 4, 8, 12, 16: 12 lies between 8, which is used, and 16, which the last anchor needs. So the first two
  // take what leaves enough: at most the second, the third, the fourth.
  expect(epochsOf(routeOf({ epochs: [1, 2, 4, 8, 16] }), 4)).toEqual([2, 4, 8, 16]);
  // Targets 5, 10: the first is nearest to 4.
  expect(epochsOf(routeOf({ epochs: [3, 4, 10] }), 2)).toEqual([4, 10]);
});

test('the initial state is no candidate', () => {
  expect(epochsOf(routeOf({ epochs: [0, 1, 2, 3, 4] }), 4)).toEqual([1, 2, 3, 4]);
  expect(epochsOf(routeOf({ epochs: [0] }), 4)).toEqual([0]);
});

test('fewer candidates than anchors: all of them, and the reason says so', () => {
  expect(equalEpochAnchors(routeOfLength(2), 4)).toEqual([
    { reason: '1 of 2, nearest to epoch 1, 4 wanted', numbers: { target: 1, epoch: 1 }, move: [10] },
    { reason: '2 of 2, nearest to epoch 2, 4 wanted', numbers: { target: 2, epoch: 2 }, move: [20] },
  ]);
});

test('one anchor is the converged teacher; more than one epoch long or not', () => {
  expect(epochsOf(routeOfLength(12), 1)).toEqual([12]);
  expect(epochsOf(routeOf({ epochs: [0.25, 0.5, 0.75, 1], stepsPerEpoch: 100 }), 2)).toEqual([0.5, 1]);
});
