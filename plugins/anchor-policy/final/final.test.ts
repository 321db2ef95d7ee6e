import { createPlugin, routeOf, testAnchorPolicy } from '@cairn/testing';
import { expect, test } from 'vitest';
import { final, finalAnchor } from './index.ts';

testAnchorPolicy('final', () => createPlugin(final, final()));

test('one move, to the last state', () => {
  expect(finalAnchor(routeOf({ epochs: [0, 3, 7], stepsPerEpoch: 2 }))).toEqual([
    { reason: 'the converged teacher', numbers: { epoch: 7 }, move: [14] },
  ]);
});
