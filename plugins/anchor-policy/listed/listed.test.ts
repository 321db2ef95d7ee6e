import { createPlugin, failureOf, routeOf, testAnchorPolicy, viewFromLogits } from '@cairn/testing';
import { expect, test } from 'vitest';
import { listed, listedAnchors } from './index.ts';

const create = (epochs: number[]) => createPlugin(listed, listed({ epochs }));

testAnchorPolicy('listed', () => create([2, 5]), { lengths: [5] });
testAnchorPolicy('listed, back and again', () => create([4, 1, 4, 2]), {
  lengths: [5, 12],
  increasing: false,
  endsConverged: false,
});

const moves = (epochs: readonly number[], route: Parameters<typeof listedAnchors>[0]) =>
  listedAnchors(route, epochs).map((decision) => ('move' in decision ? decision.move[0] : undefined));

test('keeps the order, repeats and fractions of an epoch', () => {
  const route = routeOf({ epochs: [0, 0.5, 1, 2, 3], stepsPerEpoch: 10 });
  expect(moves([3, 0.5, 3, 0], route)).toEqual([30, 5, 30, 0]);
});

test('a third of an epoch is found although it has no exact decimals', () => {
  expect(moves([0.333], routeOf({ epochs: [1 / 3, 1], stepsPerEpoch: 3 }))).toEqual([1]);
});

test('an epoch that the route lacks stops the run with its neighbours', async () => {
  const view = viewFromLogits({
    candidates: [[[0, 0]], [[0, 1]]],
    student: [[0, 0]],
    route: routeOf({ epochs: [10, 20] }),
  });
  expect(await failureOf(() => create([10, 15]).next(view))).toMatchInlineSnapshot(`
    "CAIRN_ANCHOR_MISSING epoch 15: the route has no anchor there
    nearest: 10 and 20
    the route has 2 anchors from epoch 10 to 20"
  `);
});

test('no epochs are refused', async () => {
  expect(await failureOf(() => create([]))).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID anchor-policy.epochs: got []
    a list of epochs, at least one"
  `);
});
