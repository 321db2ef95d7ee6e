import { createRandom } from '@cairn/core';
import { failureOf, routeOf, viewFromLogits, type LogitRows } from '@cairn/testing';
import { expect, test } from 'vitest';
import { nextAnchor, type GreedyOptions } from './index.ts';

/*
 * A route whose numbers can be worked out by hand: 8 classes; candidates 1–4 are sure that the class is among the
 * first four, 5–7 among the first two, 8–9 of class 0. So they hold 1, 2 and 3 bits; neighbours are mostly equal,
 * so the floor is 0. A student that gives a share a to what an anchor allows, evenly, has towards
 * an anchor of b bits more a hardness of −log a + b·log 2.
 */
const OFF = -60;
const bits = (n: number) => Array.from({ length: 8 }, (_, k) => (k < 8 / 2 ** n ? 0 : OFF));
const rows = (row: readonly number[]): LogitRows => [row, row, row];
const candidates = [1, 1, 1, 1, 2, 2, 2, 3, 3].map((n) => rows(bits(n)));

/** After an anchor of n bits: 3/4 inside what it allows, 1/4 outside, evenly. */
const taughtBy = (n: number): LogitRows => {
  const inside = 8 / 2 ** n;
  return rows(
    Array.from({ length: 8 }, (_, k) => Math.log(k < inside ? 0.75 / inside : 0.25 / (8 - inside))),
  );
};
const untrained = rows(new Array<number>(8).fill(0));

const options: GreedyOptions = { rule: 'growth', delta: 0.8, anchors: 4, first: 'pace', bootstrap: 100 };
const ask = (student: LogitRows, taught: number[], changes: Partial<GreedyOptions> = {}) =>
  nextAnchor(viewFromLogits({ candidates, student, taught: taught.map((c) => 10 * c) }), {
    ...options,
    ...changes,
  });

test('a whole search by hand: 1, 5, 8, 9 where equal distances give 2, 5, 7, 9', async () => {
  // Untrained: hardness 1, 2, 3 bits. A quarter of 3 bits: the first candidate has it.
  expect(await ask(untrained, [])).toMatchObject({
    reason: 'untrained student: pace 1 (4 slots left)',
    move: [10],
  });
  // After candidate 1: −log 3/4 = 0.288, then 0.981, 1.674. Within 1.8·0.288 = 0.518: up to 4.
  // A third of the way is 0.288 + 1.386/3 = 0.750: 5.
  expect(await ask(taughtBy(1), [1])).toMatchObject({ reason: 'reach 4, pace 5 (3 slots left)', move: [50] });
  // After candidate 5: 0.288 up to 7, then 0.981. Half of the way is 0.634: 8.
  expect(await ask(taughtBy(2), [1, 5])).toMatchObject({
    reason: 'reach 7, pace 8 (2 slots left)',
    move: [80],
  });
  expect(await ask(taughtBy(3), [1, 5, 8])).toMatchObject({
    reason: 'last slot: the converged teacher, 9; reach 9',
    move: [90],
  });
  expect(await ask(taughtBy(3), [1, 5, 8, 9])).toMatchObject({ finish: true });
});

test('the numbers suffice to work the choice out again', async () => {
  const { numbers } = await ask(taughtBy(1), [1]);
  const [near, mid, far] = [Math.log(4 / 3), Math.log(8 / 3), Math.log(16 / 3)];
  expect(numbers).toMatchObject({ current: 1, slots: 3, limit: 1.8, reach: 4, pace: 5, choice: 5 });
  expect(numbers['candidates']).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90]);
  const expected = [near, near, near, near, mid, mid, mid, far, far];
  expect(numbers['floor']).toBe(0);
  for (const [j, h] of expected.entries()) expect([numbers['hardness']].flat()[j]).toBeCloseTo(h, 12);
  const bounds = [numbers['bounds']].flat();
  expect(bounds).toHaveLength(8);
  for (const [j, h] of expected.slice(1).entries()) expect(bounds[j]).toBeCloseTo(h / near, 12);
});

test('delta and rule set the reach', async () => {
  // r is 1, 3.41, 5.82: a growth of 3 allows 4, a ratio of 0.25 too, a ratio of 0.3 only 3.33.
  const reach = async (changes: Partial<GreedyOptions>) =>
    (await ask(taughtBy(1), [1], changes)).numbers['reach'];
  expect(await reach({ delta: 3 })).toBe(7);
  expect(await reach({ rule: 'ratio', delta: 0.25 })).toBe(7);
  expect(await reach({ rule: 'ratio', delta: 0.3 })).toBe(4);
});

test('without a number of anchors there is no pace', async () => {
  const unlimited = { anchors: 'unlimited' } as const;
  expect(await ask(untrained, [], unlimited)).toMatchObject({
    reason: 'untrained student: first candidate',
    move: [10],
  });
  expect(await ask(taughtBy(1), [1], unlimited)).toMatchObject({ reason: 'reach 4', move: [40] });
  expect(await ask(taughtBy(1), [4], unlimited)).toMatchObject({ reason: 'reach none', move: [50] });
});

test('the first anchor can be given by its epoch, but not beside the last slot', async () => {
  expect(await ask(untrained, [], { first: 3 })).toMatchObject({
    reason: 'first anchor as given, candidate 3',
    numbers: { choice: 3, pace: 1 },
    move: [30],
  });
  expect(await ask(untrained, [], { first: 3, anchors: 1 })).toMatchObject({ move: [90] });
  expect(await failureOf(() => ask(untrained, [], { first: 12 }))).toMatchInlineSnapshot(`
    "CAIRN_ANCHOR_MISSING epoch 12: the route has no anchor there
    nearest: 9
    the route has 9 anchors from epoch 1 to 9"
  `);
});

test('what taught last must be a candidate', async () => {
  const view = viewFromLogits({
    candidates,
    student: untrained,
    route: routeOf({ epochs: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }),
    taught: [0],
  });
  expect(await failureOf(() => nextAnchor(view, options))).toMatchInlineSnapshot(`
    "CAIRN_ANCHOR_MISSING step 0 taught last, but is no candidate of the route
    candidates: steps 10 to 90, 9 of them"
  `);
});

test('a diverged student stops the run instead of reaching everything', async () => {
  expect(await failureOf(() => ask(rows(new Array<number>(8).fill(NaN)), [1]))).toMatchInlineSnapshot(`
    "CAIRN_HARDNESS_INVALID hardness of step 10: got NaN
    outputs of the student or of this anchor are not finite: see the losses of the last epochs"
  `);
});

test('the seed of the view is the seed of the bootstrap', async () => {
  const stream = createRandom(8).at('noise');
  const noisy = candidates.map(() =>
    Array.from({ length: 12 }, () => Array.from({ length: 8 }, () => stream.normal())),
  );
  const student = Array.from({ length: 12 }, () => new Array<number>(8).fill(0));
  const bounds = async (seed: number, taught = [10]) => {
    const view = viewFromLogits({ candidates: noisy, student, taught, seed });
    return (await nextAnchor(view, options)).numbers['bounds'];
  };
  expect(await bounds(1)).toEqual(await bounds(1));
  expect(await bounds(1)).not.toEqual(await bounds(2));
  // Another slot draws other samples, also for the same current anchor.
  expect(await bounds(1)).not.toEqual(await bounds(1, [10, 10]));
});
