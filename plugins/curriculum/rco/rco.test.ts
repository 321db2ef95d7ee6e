import { followPlan, type AnchorPolicy, type Decision } from '@cairn/core';
import { failureOf, outlineOf, stagesOfRun, testCurriculum } from '@cairn/testing';
import { expect, test } from 'vitest';
import {
  create,
  four,
  planned,
  refusal,
  shown,
  stepping,
  why,
  type Options,
} from './test-support/curricula.ts';

testCurriculum('rco, planned', () => create(planned(1, 3, 5)));
testCurriculum('rco, asked', () => create(stepping(), { carry: { optimizer: 'keep' }, restartRate: 0.1 }));
testCurriculum('rco one, planned', () => create(planned(1, 3, 5), { stages: 'one' }));
testCurriculum('rco one, asked', () => create(stepping(), { stages: 'one' }));
testCurriculum('rco one, asked, no last share', () => create(stepping(), { stages: 'one', lastShare: 0 }));

const asked = stepping();

test('several anchors at once go into one stage', async () => {
  const both: AnchorPolicy = {
    ...followPlan(() => [{ ...why, move: [10, 30] }]),
    atMost: () => 2,
  };
  expect(await shown(both, {})).toEqual(['12 10+30']);
});

test('several teachers in one stage stand in the outline, for its cost', () => {
  const both: AnchorPolicy = { ...followPlan(() => [{ ...why, move: [10, 40] }]), atMost: () => 2 };
  const expected = { epochs: [12], exact: true, anchors: [10, 40], teachers: [2] };
  expect(outlineOf(create(both), four)).toEqual(expected);
  expect(outlineOf(create(both, { stages: 'one' }), four)).toEqual(expected);
});

test('how an anchor is altered goes into the stage, also where the policy stays', async () => {
  const soft: AnchorPolicy = {
    atMost: () => 1,
    next: async ({ taught }) => {
      if (taught.length === 0) return { ...why, move: [10], soften: 2, route: 'foreign' };
      return (taught[0]?.epochs ?? 0) < 24 ? { ...why, stay: true } : { ...why, finish: true };
    },
    foreign: true,
  };
  const guides = (await stagesOfRun(create(soft), four)).map(({ updates }) => updates[0]?.[0]?.guide);
  expect(guides).toEqual([1, 2].map(() => ({ anchors: [10], soften: 2, route: 'foreign' })));
  expect([create(soft).usesForeign, create(planned(1)).usesForeign]).toEqual([true, false]);
});

test.each(['multi', 'one'] as const)('%s: a planned move is settled when its turn comes', async (stages) => {
  const policy: AnchorPolicy = {
    ...followPlan(
      () => [1, 2].map((): Decision => ({ ...why, move: [40] })),
      async (move, { taught }) => ({ ...move, soften: 2 + taught.length }),
    ),
    atMost: () => 2,
  };
  const guides = (await stagesOfRun(create(policy, { stages }), four)).map((s) => s.updates[0]?.[0]?.guide);
  expect(guides.map((guide) => guide?.soften)).toEqual([2, 3]);
});

test('a policy must move before it stays or finishes', async () => {
  const staying: AnchorPolicy = { ...asked, next: async () => ({ ...why, stay: true }) };
  expect(await refusal(staying, {})).toMatchInlineSnapshot(`
    "CAIRN_PLUGIN_DECISION anchor policy: got stay before the first move (for tests)
    a policy begins with a move: without one the student has no teacher"
  `);
  const finished: AnchorPolicy = { ...asked, next: async () => ({ ...why, finish: true }) };
  expect(await refusal(finished, { stages: 'one' })).toMatchInlineSnapshot(`
    "CAIRN_PLUGIN_DECISION anchor policy: got finish before the first move (for tests)
    a policy begins with a move: without one the student has no teacher"
  `);
  expect(await refusal(planned(), { stages: 'one' })).toMatchInlineSnapshot(`
    "CAIRN_PLUGIN_DECISION anchor policy: got an empty plan
    a policy begins with a move: without one the student has no teacher"
  `);
});

test('options of the other kind of stages are refused', async () => {
  expect(await refusal(asked, { shares: [1], lastShare: 0.3, checkEvery: 2 })).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID curriculum.shares: got [1]
    only with stages "one"
    CAIRN_OPTION_INVALID curriculum.last-share: got 0.3
    only with stages "one"
    CAIRN_OPTION_INVALID curriculum.check-every: got 2
    only with stages "one""
  `);
  expect(await refusal(asked, { stages: 'one', restartRate: 0.1 })).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID curriculum.restart-rate: got 0.1
    only with stages "multi""
  `);
});

test('a run without a route is refused', async () => {
  const alone = (options: Options) => failureOf(() => stagesOfRun(create(asked, options), { epochs: 3 }));
  expect(await alone({})).toMatchInlineSnapshot(`
    "CAIRN_ROUTE_ABSENT curriculum "rco" in a run without a route
    a teacher learns from labels: curriculum "supervised""
  `);
  expect(await alone({ stages: 'one' })).toBe(await alone({}));
});
