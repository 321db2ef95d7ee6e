import { createRegistry, entropyOfLogits, mean } from '@cairn/core';
import {
  failureOf,
  placedAnchors,
  routeOfLength,
  steppingAnchors,
  testAnchorPolicy,
  viewFromLogits,
} from '@cairn/testing';
import { expect, test } from 'vitest';
import { convergedMoves, entropyMatched, matched, temperatureFor } from './index.ts';

const create = (of = placedAnchors()) =>
  createRegistry([entropyMatched, placedAnchors, steppingAnchors]).create(entropyMatched({ of }));

testAnchorPolicy('entropy-matched', () => create(), { increasing: false });

/** Anchors whose logits are c, 2c, …: at temperature n the n-th is the first. */
const pattern = [
  [2, 0, -1],
  [0.5, 1, 0],
];
const candidates = [1, 2, 3, 4].map((n) => pattern.map((row) => row.map((z) => n * z)));
const view = (taught: number[] = []) => viewFromLogits({ candidates, student: pattern, taught });

test('logits that are n times as large are matched by temperature n', async () => {
  // placed-anchors: 1, 2 and the converged teacher, the 4th, so temperatures 4, 2 and 1.
  const decisions = [];
  for (const taught of [[], [40], [40, 40], [40, 40, 40]]) decisions.push(await create().next(view(taught)));
  const softened = decisions.map((d) => ('move' in d ? [d.move, d.soften] : 'finish'));
  expect(softened).toEqual([
    [[40], expect.closeTo(4, 4)],
    [[40], expect.closeTo(2, 4)],
    [[40], undefined],
    'finish',
  ]);
  const [first, , last] = decisions;
  const target = mean(entropyOfLogits(Float64Array.from(pattern.flat()), 3));
  expect(first).toMatchObject({
    reason: '1 of 3: converged, as soft as epoch 1',
    numbers: { matched: [10], target },
  });
  expect(Math.abs(Number(first?.numbers['entropy']) - target)).toBeLessThan(1e-6);
  expect(last?.numbers).toMatchObject({ matched: [40], temperature: 1, evaluations: 1 });
});

test('the mean logits of several anchors are one target', async () => {
  const [planned] = convergedMoves([{ reason: '', numbers: {}, move: [10, 30] }], routeOfLength(4));
  // The mean of c and 3c is 2c.
  if (planned !== undefined) expect((await matched(planned, view())).soften).toBeCloseTo(2, 5);
});

test('the temperature: 1 first, then by bisection, at most the ends', async () => {
  const entropyAt = async (t: number) => Math.log(t);
  expect(await temperatureFor(entropyAt, 0)).toEqual({ temperature: 1, entropy: 0, evaluations: 1 });
  expect((await temperatureFor(entropyAt, 1.25)).temperature).toBeCloseTo(Math.exp(1.25), 5);
  expect((await temperatureFor(entropyAt, -2)).temperature).toBeCloseTo(Math.exp(-2), 6);
  expect((await temperatureFor(entropyAt, 99)).temperature).toBeCloseTo(64, 4);
  expect((await temperatureFor(entropyAt, -99)).temperature).toBeCloseTo(1 / 64, 6);
  // A teacher that is even everywhere has one entropy only.
  const even = await temperatureFor(async () => Math.log(3), Math.log(3));
  expect(even.temperature).toBe(1);
});

test('policies that are not known beforehand, or alter their anchors, are refused', async () => {
  expect(await failureOf(() => create(steppingAnchors()))).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID entropy-matched.of: a policy that looks at the student, so its anchors are not known beforehand
    one that plans from the route alone, such as equal-epochs or listed"
  `);
  const twice = entropyMatched({ of: placedAnchors() });
  expect(await failureOf(() => create(twice))).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID entropy-matched.of: a policy that alters its anchors
    one that moves to plain anchors of the route, such as equal-epochs or listed"
  `);
});
