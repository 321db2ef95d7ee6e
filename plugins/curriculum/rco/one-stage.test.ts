import { outlineOf, routeOf, routeOfLength, stagesOfRun } from '@cairn/testing';
import { expect, test } from 'vitest';
import { create, four, planned, refusal, shown, stepping, type Options } from './test-support/curricula.ts';

const asked = stepping();

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

test('questions are asked between two epochs', async () => {
  expect(await refusal(asked, { stages: 'one', checkEvery: 0.5 })).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID curriculum.check-every: got 0.5
    an integer at least 1"
  `);
});
