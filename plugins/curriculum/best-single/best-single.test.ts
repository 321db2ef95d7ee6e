import { createRegistry } from '@cairn/core';
import {
  curriculumView,
  failureOf,
  outlineOf,
  placedAnchors,
  recordOf,
  routeOfLength,
  squaredLogits,
  stagesOfRun,
  steppingAnchors,
  testCurriculum,
} from '@cairn/testing';
import { expect, test } from 'vitest';
import { bestSingle } from './index.ts';

type Options = Partial<Parameters<typeof bestSingle>[0]>;

const create = (options: Options = {}) =>
  createRegistry([bestSingle, squaredLogits, placedAnchors, steppingAnchors]).create(
    bestSingle({ loss: squaredLogits(), of: placedAnchors(), ...options }),
  );

testCurriculum('best-single', create);
testCurriculum(
  'best-single, as long as another run',
  () => create({ epochs: { as: 'other' }, restarts: 2 }),
  {
    copies: { other: [2, 1, 0.3] },
  },
);

const ground = { epochs: 12, route: routeOfLength(5), copies: { rco: [12, 12] } };

/** In the suite's runs the later an anchor, the better its student. */
test('a short run for each early anchor from the initial weights, then the best of them', async () => {
  const stages = await stagesOfRun(create({ epochs: { as: 'rco' }, restarts: 2 }), ground);
  const shown = stages.map(({ name, length, carry, updates, search }) => [
    name,
    'epochs' in length ? length.epochs : NaN,
    updates[0]?.[0]?.guide?.anchors,
    carry.weights,
    search ?? false,
  ]);
  expect(shown).toEqual([
    ['search-1', 2, [10], 'reset', true],
    ['search-2', 2, [20], 'reset', true],
    ['search-3', 2, [40], 'reset', true],
    ['stage-1', 12, [40], 'reset', false],
    ['stage-2', 12, [40], 'keep', false],
  ]);
  expect(stages[3]?.decision).toEqual({
    reason: 'best of 3 on held-out samples: epoch 4',
    numbers: { candidates: [10, 20, 40], accuracy: [10 / 20, 20 / 30, 40 / 50] },
    move: [40],
  });
  expect(outlineOf(create(), ground)).toEqual({ epochs: [2, 2, 2, 12], exact: true });
});

test('equally good candidates: the earliest; the accuracy decides', async () => {
  const searches = (await stagesOfRun(create(), ground)).slice(0, 3);
  const chosen = async (accuracy: readonly number[]) => {
    const records = searches.map((stage, i) => ({
      ...recordOf(stage, ground),
      metrics: { 'val/top1': accuracy[i] ?? NaN },
    }));
    const stage = await create().next(curriculumView(ground, records));
    return stage === 'done' ? stage : stage.updates[0]?.[0]?.guide?.anchors;
  };
  expect(await chosen([0.3, 0.5, 0.4])).toEqual([20]);
  expect(await chosen([0.5, 0.5, 0.4])).toEqual([10]);
});

test('one candidate needs no search; without an early one it is the converged teacher', async () => {
  const anchorsOf = async (n: number) =>
    (await stagesOfRun(create(), { epochs: 3, route: routeOfLength(n) })).map(
      ({ updates }) => updates[0]?.[0]?.guide?.anchors,
    );
  expect(await anchorsOf(2)).toEqual([[10]]);
  expect(await anchorsOf(1)).toEqual([[10]]);
});

test('without held-out accuracy there is no choice', async () => {
  const searches = (await stagesOfRun(create(), ground)).slice(0, 3);
  const records = searches.map((stage) => ({ ...recordOf(stage, ground), metrics: {} }));
  expect(create().usesHeldOut).toBe(true);
  expect(await failureOf(() => create().next(curriculumView(ground, records)))).toMatchInlineSnapshot(`
    "CAIRN_PROBE_EMPTY curriculum "best-single": val/top1 of stage "search-1" is absent
    validation.fraction above 0, and an evaluator that measures top1"
  `);
  const broken = records.map((record) => ({ ...record, metrics: { 'val/top1': NaN } }));
  expect(await failureOf(() => create().next(curriculumView(ground, broken)))).toContain('is NaN');
});

test('what it cannot be is refused', async () => {
  expect(await failureOf(() => create({ of: steppingAnchors() }))).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID best-single.of: a policy that looks at the student, so its anchors are not known beforehand
    one that plans from the route alone, such as equal-epochs or listed"
  `);
  expect(await failureOf(() => stagesOfRun(create(), { epochs: 3 }))).toMatchInlineSnapshot(`
    "CAIRN_ROUTE_ABSENT curriculum "best-single" in a run without a route
    a teacher learns from labels: curriculum "supervised""
  `);
});
