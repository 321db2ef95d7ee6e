import { createRegistry, splitEpochs } from '@cairn/core';
import {
  curriculumView,
  failureOf,
  outlineOf,
  routeOfLength,
  squaredLogits,
  stagesOfRun,
  testCurriculum,
} from '@cairn/testing';
import { expect, test } from 'vitest';
import { converged } from './index.ts';

type Options = Omit<Parameters<typeof converged>[0], 'loss'>;

const create = (options: Options = {}) =>
  createRegistry([converged, squaredLogits]).create(converged({ loss: squaredLogits(), ...options }));

testCurriculum('converged', create);
testCurriculum('converged, restarts', () => create({ restarts: 3 }));
testCurriculum('converged, stages of another run', () => create({ restarts: { as: 'other' } }), {
  copies: { other: [2, 1, 0.3] },
});
testCurriculum('converged, epochs of another run', () => create({ epochs: { as: 'other' }, restarts: 2 }), {
  copies: { other: [2, 1, 0.3] },
});

const ground = { epochs: 12, route: routeOfLength(3), copies: { rco: [12, 12, 6] } };

/** Epochs of each stage, their anchors, their spans. */
const stagesOf = async (options: Options) =>
  (await stagesOfRun(create(options), ground)).map(({ length, updates }) => [
    'epochs' in length ? length.epochs : NaN,
    updates[0]?.[0]?.guide?.anchors,
    updates[0]?.[0]?.span,
  ]);

test.each<[string, Options, readonly number[]]>([
  ['plain KD', {}, [12]],
  ['kd-long', { epochs: 30 }, [30]],
  ['kd-long, as long as a condition', { epochs: { as: 'rco' } }, [30]],
  ['kd-restarts', { restarts: 3 }, [12, 12, 12]],
  ['kd-restarts of its own length', { epochs: 5, restarts: 2 }, [5, 5]],
  ['kd-restarts, the stages of a condition', { restarts: { as: 'rco' } }, [12, 12, 6]],
  ['equal restarts in the time of a condition', { epochs: { as: 'rco' }, restarts: 4 }, [7, 8, 7, 8]],
])('%s', async (_, options, epochs) => {
  // The converged teacher, step 30, in every stage; a whole schedule in each.
  expect(await stagesOf(options)).toEqual(epochs.map((length) => [length, [30], { epochs: length }]));
  expect(outlineOf(create(options), ground)).toEqual({ epochs, exact: true, anchors: epochs.map(() => 30) });
});

test('every stage keeps weights and statistics, and starts optimiser and schedule afresh', async () => {
  const carries = (await stagesOfRun(create({ restarts: 2 }), ground)).map(({ carry }) => carry);
  const carry = { weights: 'keep', buffers: 'keep', optimizer: 'reset', schedule: 'restart' };
  expect(carries).toEqual([carry, carry]);
});

test('the plan of a condition that is only bounded is bounded too', () => {
  const outline = create({ restarts: { as: 'rco' } }).outline({
    training: curriculumView(ground, []).training,
    epochsOf: () => ({ epochs: [12, 12, 12, 12], exact: false }),
  });
  expect(outline).toEqual({ epochs: [12, 12, 12, 12], exact: false });
});

test('parts are whole epochs and sum to the whole', () => {
  expect(splitEpochs(10, 4)).toEqual([2, 3, 2, 3]);
  expect(splitEpochs(9, 1)).toEqual([9]);
  expect(splitEpochs(6.5, 2)).toEqual([3, 3.5]);
  expect(splitEpochs(1 / 3 + 1 / 3 + 1 / 3 + 2, 3)).toEqual([1, 1, 1]);
  expect(splitEpochs(2, 4)).toEqual([0.5, 0.5, 0.5, 0.5]);
});

test('what it copies must have been trained', async () => {
  const missing = () => stagesOfRun(create({ restarts: { as: 'rco-greedy' } }), ground);
  expect(await failureOf(missing)).toMatchInlineSnapshot(`
    "CAIRN_RUN_ABSENT curriculum "converged" copies "rco-greedy", which has no stages
    train condition "rco-greedy" with the same seeds first"
  `);
});

test('a run without a route is refused', async () => {
  expect(await failureOf(() => stagesOfRun(create(), { epochs: 3 }))).toMatchInlineSnapshot(`
    "CAIRN_ROUTE_ABSENT curriculum "converged" in a run without a route
    a teacher learns from labels: curriculum "supervised""
  `);
});

test('a length beside copied stages is refused', async () => {
  expect(await failureOf(() => create({ epochs: 3, restarts: { as: 'rco' } }))).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID curriculum.epochs: got 3
    no epochs beside restarts: { as }, which copies the length of every stage"
  `);
  expect(await failureOf(() => create({ restarts: 0 }))).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID curriculum.restarts: got 0
    an integer at least 1, or { "as": "<condition>" } (default 1)"
  `);
});
