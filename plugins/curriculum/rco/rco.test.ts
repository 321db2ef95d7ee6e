import {
  candidatesOf,
  createRegistry,
  definePlugin,
  followPlan,
  type AnchorPolicy,
  type Decision,
} from '@cairn/core';
import {
  failureOf,
  outlineOf,
  routeOf,
  routeOfLength,
  squaredLogits,
  stagesOfRun,
  testCurriculum,
} from '@cairn/testing';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { rco } from './index.ts';

/** A policy for one test, as a plugin: curricula hold plugins. */
const policyOf = (policy: AnchorPolicy) =>
  definePlugin({
    kind: 'anchor-policy',
    id: 'for-test',
    summary: 'for tests',
    options: z.strictObject({}),
    create: () => policy,
  });

type Options = Omit<Parameters<typeof rco>[0], 'loss' | 'anchorPolicy'>;

const create = (policy: AnchorPolicy, options: Options = {}) => {
  const plugin = policyOf(policy);
  return createRegistry([rco, squaredLogits, plugin]).create(
    rco({ loss: squaredLogits(), anchorPolicy: plugin(), ...options }),
  );
};

const why = { reason: 'for tests', numbers: {} };

/** Moves known from the route: candidates by their places, from 1; those that a shorter route lacks are left out. */
const planned = (...places: number[]): AnchorPolicy => ({
  ...followPlan((route) =>
    places
      .filter((place) => place <= candidatesOf(route).length)
      .map((place): Decision => ({ ...why, move: [candidatesOf(route)[place - 1]?.id ?? -1] })),
  ),
  atMost: () => places.length,
});

/** Looks at how often it has moved: a candidate further each time, until it has moved to the last. */
const stepping = (stays: readonly number[] = []): AnchorPolicy => ({
  atMost: (candidates) => candidates,
  next: async ({ route, taught }) => {
    const candidate = candidatesOf(route)[taught.length];
    const epochs = taught.reduce((sum, t) => sum + t.epochs, 0);
    if (stays.includes(epochs)) return { ...why, stay: true };
    return candidate === undefined ? { ...why, finish: true } : { ...why, move: [candidate.id] };
  },
});

testCurriculum('rco, planned', () => create(planned(1, 3, 5)));
testCurriculum('rco, asked', () => create(stepping(), { carry: { optimizer: 'keep' }, restartRate: 0.1 }));
testCurriculum('rco one, planned', () => create(planned(1, 3, 5), { stages: 'one' }));
testCurriculum('rco one, asked', () => create(stepping(), { stages: 'one' }));
testCurriculum('rco one, asked, no last share', () => create(stepping(), { stages: 'one', lastShare: 0 }));

const four = { epochs: 12, route: routeOf({ epochs: [0, 1, 2, 3, 4] }) };

/** `epochs anchors` of each stage. */
const shown = async (policy: AnchorPolicy, options: Options, ground = four): Promise<string[]> =>
  (await stagesOfRun(create(policy, options), ground)).map(
    ({ length, updates }) =>
      `${'epochs' in length ? length.epochs : '?'} ${updates[0]?.[0]?.guide?.anchors.join('+')}`,
  );

test('multi: a full schedule for each anchor', async () => {
  expect(await shown(planned(2, 4), {})).toEqual(['12 20', '12 40']);
  expect(await shown(planned(2, 4), { stageEpochs: 5 })).toEqual(['5 20', '5 40']);
  const stages = await stagesOfRun(create(planned(2, 4), { restartRate: 0.1 }), four);
  expect(stages.map(({ name, carry }) => ({ name, ...carry }))).toEqual([
    { name: 'stage-1', weights: 'keep', buffers: 'keep', optimizer: 'reset', schedule: 'restart' },
    { name: 'stage-2', weights: 'keep', buffers: 'keep', optimizer: 'reset', schedule: 'restart' },
  ]);
  const updates = stages.flatMap((stage) => stage.updates.flat());
  expect(updates.map(({ optimizer }) => optimizer.learningRate)).toEqual([0.1, 0.1 * 0.1]);
  expect(updates.map(({ span }) => span)).toEqual([{ epochs: 12 }, { epochs: 12 }]);
});

test('multi: a policy that stays gives its anchor another stage', async () => {
  // Asked after 0, 12, 24, … epochs: 1, stay, 2, 3, stay, 4, finish.
  expect(await shown(stepping([12, 48]), {})).toEqual(['12 10', '12 10', '12 20', '12 30', '12 30', '12 40']);
});

test('multi: a policy that looks at the student has a bound, without the initial state', () => {
  expect(outlineOf(create(stepping()), four)).toEqual({ epochs: [12, 12, 12, 12], exact: false });
  expect(outlineOf(create(planned(2, 4)), four)).toEqual({
    epochs: [12, 12],
    exact: true,
    anchors: [20, 40],
  });
});

test('several anchors at once go into one stage', async () => {
  const both: AnchorPolicy = {
    ...followPlan(() => [{ ...why, move: [10, 30] }]),
    atMost: () => 2,
  };
  expect(await shown(both, {})).toEqual(['12 10+30']);
});

test('one: one optimiser and one schedule over the whole', async () => {
  const stages = await stagesOfRun(create(planned(1, 2, 4), { stages: 'one' }), four);
  expect(stages.map(({ name, length, carry }) => ({ name, ...length, ...carry }))).toEqual([
    { name: 'part-1', epochs: 4, weights: 'keep', buffers: 'keep', optimizer: 'reset', schedule: 'restart' },
    { name: 'part-2', epochs: 4, weights: 'keep', buffers: 'keep', optimizer: 'keep', schedule: 'continue' },
    { name: 'part-3', epochs: 4, weights: 'keep', buffers: 'keep', optimizer: 'keep', schedule: 'continue' },
  ]);
  expect(stages.flatMap((stage) => stage.updates.flat()).map(({ span }) => span)).toEqual(
    Array.from({ length: 3 }, () => ({ epochs: 12 })),
  );
});

test.each<[string, Options, number, string[]]>([
  ['unequal divisions', {}, 10, ['2 10', '3 20', '2 30', '3 40']],
  ['more anchors than epochs: some are left out', {}, 2, ['1 20', '1 40']],
  ['less than an epoch', {}, 0.5, ['0.5 40']],
  ['the rest of an epoch belongs to the last', {}, 6.5, ['1 10', '2 20', '1 30', '2.5 40']],
  ['its own length', { stageEpochs: 4 }, 12, ['1 10', '1 20', '1 30', '1 40']],
  ['a last share', { lastShare: 0.7 }, 10, ['1 10', '1 20', '1 30', '7 40']],
  ['a last share of all', { lastShare: 1 }, 10, ['10 40']],
  ['no last share', { lastShare: 0 }, 9, ['3 10', '3 20', '3 30']],
  ['no last share, part of an epoch', { lastShare: 0 }, 3.5, ['1 10', '1 20', '1.5 30']],
  ['shares', { shares: [0.5, 0, 0.3, 0.2] }, 10, ['5 10', '3 30', '2 40']],
])('one, planned: %s', async (_, options, epochs, expected) => {
  const ground = { ...four, epochs };
  const curriculum = create(planned(1, 2, 3, 4), { stages: 'one', ...options });
  expect(await shown(planned(1, 2, 3, 4), { stages: 'one', ...options }, ground)).toEqual(expected);
  expect(outlineOf(curriculum, ground)).toEqual({
    epochs: expected.map((text) => Number(text.split(' ')[0])),
    exact: true,
    anchors: expected.map((text) => Number(text.split(' ')[1])),
  });
});

test.each<[string, Options, number, string[]]>([
  // 70 % of 12 is 8: three questions before the converged teacher.
  ['as its anchors need', {}, 12, ['3 10', '3 20', '2 30', '4 40']],
  [
    'every two epochs, after its end it stays',
    { checkEvery: 2, lastShare: 0 },
    12,
    ['2 10', '2 20', '2 30', '2 40', '2 40', '2 40'],
  ],
  ['asked more rarely than the budget is long', { checkEvery: 50 }, 10, ['7 10', '3 40']],
  ['an epoch is for the converged teacher', {}, 1, ['1 40']],
  ['all is for the converged teacher', { lastShare: 1 }, 10, ['10 40']],
  // 2.1 epochs of 10 steps: the tenth of an epoch is a step, and no stage is shorter.
  ['part of an epoch', {}, 2.1, ['1 10', '1.1 40']],
])('one, asked: %s', async (_, options, epochs, expected) => {
  const ground = { ...four, epochs };
  expect(await shown(stepping(), { stages: 'one', ...options }, ground)).toEqual(expected);
  expect(outlineOf(create(stepping(), { stages: 'one', ...options }), ground)).toEqual({
    epochs: expected.map((text) => Number(text.split(' ')[0])),
    exact: true,
  });
});

test('one, asked: where the policy stays or has finished nothing has moved', async () => {
  const stages = await stagesOfRun(create(stepping([2]), { stages: 'one', checkEvery: 2, lastShare: 0 }), {
    epochs: 10,
    route: routeOfLength(2),
  });
  // 1, stay, 2, finish, finish.
  const kinds = stages.map(({ decision }) =>
    decision !== undefined && 'stay' in decision ? 'stay' : 'move',
  );
  expect(kinds).toEqual(['move', 'stay', 'move', 'stay', 'stay']);
});

test('one, asked: a run that cannot be cut into whole steps comes to an end', async () => {
  // 2.13 epochs of 7 steps: 14.91 steps, of which 15 are done.
  const route = routeOf({ epochs: [1, 2, 3], stepsPerEpoch: 7 });
  expect(await shown(stepping(), { stages: 'one' }, { epochs: 2.13, route })).toEqual(['1 7', '1.13 21']);
});

test('multi: what a policy leaves over is taught by the converged teacher', async () => {
  expect(await shown(planned(1, 4), { fill: 4 })).toEqual(['12 10', '12 40', '12 40', '12 40']);
  expect(await shown(planned(1, 2, 4), { fill: 2 })).toEqual(['12 10', '12 20', '12 40']);
  const filled = { ...stepping(), atMost: () => 3 };
  expect(outlineOf(create(filled, { fill: 4 }), four)).toEqual({ epochs: [12, 12, 12, 12], exact: true });
  expect(outlineOf(create(planned(4), { fill: 2 }), four)).toEqual({
    epochs: [12, 12],
    exact: true,
    anchors: [40, 40],
  });
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

const asked = stepping();
const refusal = (policy: AnchorPolicy, options: Options) => failureOf(() => shown(policy, options));

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

test('shares must fit the anchors', async () => {
  expect(await refusal(planned(1, 2, 3), { stages: 'one', shares: [0.5, 0.5] })).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID curriculum.shares: got 2 shares for 3 anchors
    one for each anchor"
  `);
  expect(await refusal(asked, { stages: 'one', shares: [0.5, 0.5] })).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID curriculum.shares: got 2 shares for an anchor policy that looks at the student
    last-share, or an anchor policy that plans from the route alone"
  `);
  expect(await refusal(planned(1, 2), { stages: 'one', shares: [0.5, 0.6] })).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID curriculum.shares: got [0.5,0.6]
    shares that sum to 1"
  `);
  const both: Options = { stages: 'one', shares: [0.5, 0.5], lastShare: 0.3 };
  expect(await refusal(planned(1, 2), both)).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID curriculum.last-share: got 0.3
    shares or last-share, not both"
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

test('questions are asked between two epochs', async () => {
  expect(await refusal(asked, { stages: 'one', checkEvery: 0.5 })).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID curriculum.check-every: got 0.5
    an integer at least 1"
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
