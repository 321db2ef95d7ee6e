import { expect, test } from 'vitest';
import { CairnError } from '../errors.ts';
import type { Manifest } from '../contracts/route.ts';
import { createRandom } from '../random.ts';
import { anchorAtEpoch, candidatesOf, convergedOf } from './candidates.ts';
import { followPlan } from './follow-plan.ts';

/** Ten steps an epoch. */
function routeOf(...steps: [number, ...number[]]): Manifest {
  const [first, ...rest] = steps.map((id) => ({
    id,
    epoch: id / 10,
    learningRate: 0.1,
    metrics: {},
    file: `step-${id}.safetensors`,
    sha256: '',
  }));
  if (first === undefined) throw new Error('unreachable');
  return { id: 'r', stepsPerEpoch: 10, totalSteps: steps.at(-1) ?? 0, anchors: [first, ...rest], config: {} };
}

const ids = (anchors: readonly { readonly id: number }[]) => anchors.map((a) => a.id);

test('candidates are what follows the initial state, unless there is nothing else', () => {
  expect(ids(candidatesOf(routeOf(0, 5, 20)))).toEqual([5, 20]);
  expect(ids(candidatesOf(routeOf(5, 20)))).toEqual([5, 20]);
  expect(ids(candidatesOf(routeOf(0)))).toEqual([0]);
  expect(convergedOf(routeOf(0, 5, 20)).id).toBe(20);
  expect(convergedOf(routeOf(0)).id).toBe(0);
});

test('an anchor is found by its epoch, to the step', () => {
  const route = routeOf(0, 3, 10, 20);
  expect(anchorAtEpoch(route, 0).id).toBe(0);
  expect(anchorAtEpoch(route, 0.3).id).toBe(3);
  expect(anchorAtEpoch(route, 0.333).id).toBe(3);
  expect(anchorAtEpoch(route, 2).id).toBe(20);
});

function failure(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof CairnError) return [`${error.code} ${error.message}`, ...error.fix].join('\n');
    throw error;
  }
  return 'no error';
}

test('a missing anchor is an error that names its neighbours', () => {
  expect(failure(() => anchorAtEpoch(routeOf(3, 10, 20), 1.5))).toMatchInlineSnapshot(`
    "CAIRN_ANCHOR_MISSING epoch 1.5: the route has no anchor there
    nearest: 1 and 2
    the route has 3 anchors from epoch 0.3 to 2"
  `);
  expect(failure(() => anchorAtEpoch(routeOf(3, 10, 20), 7))).toMatchInlineSnapshot(`
    "CAIRN_ANCHOR_MISSING epoch 7: the route has no anchor there
    nearest: 2
    the route has 3 anchors from epoch 0.3 to 2"
  `);
});

test('a plan is followed move by move, then it ends', async () => {
  const { plan, next } = followPlan(({ anchors }) =>
    anchors.map(({ id }) => ({ reason: `step ${id}`, numbers: {}, move: [id] as const })),
  );
  const view = (taught: number) => ({
    route: routeOf(10, 20),
    taught: Array.from({ length: taught }, (_, i) => ({ anchors: [10 * (i + 1)], epochs: 1 })),
    random: createRandom(0),
    hardness: () => Promise.reject(new Error('a plan looks at the route alone')),
    divergence: () => Promise.reject(new Error('a plan looks at the route alone')),
    entropy: () => Promise.reject(new Error('a plan looks at the route alone')),
  });
  expect(plan(routeOf(10, 20))).toHaveLength(2);
  expect(await next(view(0))).toEqual({ reason: 'step 10', numbers: {}, move: [10] });
  expect(await next(view(1))).toEqual({ reason: 'step 20', numbers: {}, move: [20] });
  expect(await next(view(2))).toEqual({ reason: 'all 2 taught', numbers: {}, finish: true });
});
