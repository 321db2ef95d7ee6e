import { createRegistry, type Move } from '@cairn/core';
import { placedAnchors, routeOf, routeOfLength, steppingAnchors, testAnchorPolicy } from '@cairn/testing';
import { expect, test } from 'vitest';
import { foreignDecision, foreignMove, foreignRoute } from './index.ts';

const create = (of = placedAnchors()) =>
  createRegistry([foreignRoute, placedAnchors, steppingAnchors]).create(foreignRoute({ of }));

testAnchorPolicy('foreign-route', () => create());
testAnchorPolicy('foreign-route of a policy that is asked', () => create(steppingAnchors()));

const route = routeOf({ epochs: [0, 1, 2, 3] });
const move = (...ids: [number, ...number[]]): Move => ({ reason: 'epoch', numbers: {}, move: ids });

test('the same steps of the other route, but for the converged teacher', () => {
  expect(foreignMove(move(10), route)).toEqual({
    reason: "epoch; another teacher's",
    numbers: {},
    move: [10],
    route: 'foreign',
  });
  expect(foreignMove(move(30), route)).toEqual(move(30));
  expect(foreignMove({ ...move(30), soften: 2 }, route)).toEqual({ ...move(30), soften: 2 });
  expect(foreignMove(move(10, 30), route).route).toBe('foreign');
});

test('stays and ends are left as they are', () => {
  const why = { reason: 'for tests', numbers: {} };
  expect(foreignDecision({ ...why, stay: true }, route)).toEqual({ ...why, stay: true });
  expect(foreignDecision({ ...why, finish: true }, route)).toEqual({ ...why, finish: true });
});

test('a plan says which moves are foreign, and that a second route is needed', () => {
  const policy = create();
  expect(policy.foreign).toBe(true);
  expect(policy.plan?.(routeOfLength(4)).map((d) => ('move' in d ? (d.route ?? 'own') : ''))).toEqual([
    'foreign',
    'foreign',
    'own',
  ]);
  expect(create(steppingAnchors())).not.toHaveProperty('plan');
});
