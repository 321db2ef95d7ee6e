import { candidatesOf, createRandom, type AnchorId, type AnchorPolicy, type Decision } from '@cairn/core';
import { describe, expect, test } from 'vitest';
import { viewFromLogits, type LogitRows, type ViewOptions } from './anchor-view.ts';
import { routeOfLength } from './route.ts';

/** What a policy promises beyond the contract. */
export interface AnchorPolicyTraits {
  /** Lengths of the routes that it is tried on. @default [1, 2, 5, 12] */
  readonly lengths?: readonly number[];
  /** Moves only forward, each anchor once. @default true */
  readonly increasing?: boolean;
  /** Its last anchor is the converged teacher. @default true */
  readonly endsConverged?: boolean;
}

const [SAMPLES, CLASSES] = [20, 4];

/** What holds for every policy, on small routes of a teacher that grows sharper. `create` takes default options. */
export function testAnchorPolicy(
  name: string,
  create: () => AnchorPolicy,
  { lengths = [1, 2, 5, 12], increasing = true, endsConverged = true }: AnchorPolicyTraits = {},
): void {
  describe.each(lengths)(`anchor policy ${name}, route of %i`, (n) => {
    const route = routeOfLength(n);

    test('stays inside the route and its bound, and comes to an end', async () => {
      const { moves } = await walk(create, n);
      const ids = candidatesOf(route).map(({ id }) => id);
      expect(moves.length).toBeGreaterThan(0);
      expect(moves.length).toBeLessThanOrEqual(create().atMost(n));
      expect(moves.flat().filter((id) => !ids.includes(id))).toEqual([]);
      if (increasing) expect(moves.flat()).toEqual([...new Set(moves.flat())].sort((a, b) => a - b));
      if (endsConverged) expect(moves.at(-1)).toEqual([ids.at(-1)]);
    });

    test('repeats its choices when a new instance goes on from any point', async () => {
      const { decisions, views } = await walk(create, n);
      for (const [i, view] of views.entries()) {
        const resumed = JSON.parse(JSON.stringify(view)) as ViewOptions;
        expect(await create().next(viewFromLogits(resumed))).toEqual(decisions[i]);
      }
    });

    test('plans what it does, where it plans', async () => {
      const { moves } = await walk(create, n);
      const planned = create().plan?.(route);
      expect(planned?.map(moveOf) ?? moves).toEqual(moves);
    });

    test('gives a reason of one line and finite numbers', async () => {
      const { decisions } = await walk(create, n);
      for (const { reason, numbers } of decisions) {
        expect(reason).toMatch(/^\S.{0,78}\S$/);
        expect(Object.values(numbers).flat().every(Number.isFinite)).toBe(true);
      }
    });
  });
}

interface Walk {
  readonly decisions: readonly Decision[];
  readonly moves: readonly (readonly AnchorId[])[];
  /** What the policy saw at each decision. */
  readonly views: readonly ViewOptions[];
}

/** Asks until the policy finishes; after each move the student has come four fifths of the way to its anchor. */
async function walk(create: () => AnchorPolicy, n: number): Promise<Walk> {
  const candidates = teacherLogits(n);
  const anchors = candidatesOf(routeOfLength(n));
  const policy = create();
  const [decisions, views, moves]: [Decision[], ViewOptions[], (readonly AnchorId[])[]] = [[], [], []];
  for (;;) {
    const at = anchors.findIndex(({ id }) => id === moves.at(-1)?.at(-1));
    const student = (candidates[Math.max(at, 0)] ?? []).map((row) => row.map((z) => (at < 0 ? 0 : 0.8 * z)));
    const view = { candidates, student, taught: moves.map((move) => move[0] ?? -1), seed: 5 };
    views.push(view);
    const decision = await policy.next(viewFromLogits(view));
    decisions.push(decision);
    if ('finish' in decision) return { decisions, moves, views };
    expect(moves.length, 'moves without an end').toBeLessThan(100);
    moves.push(moveOf(decision));
  }
}

function moveOf(decision: Decision): readonly AnchorId[] {
  if (!('move' in decision)) throw new Error(`expected a move, got ${JSON.stringify(decision)}`);
  return decision.move;
}

function teacherLogits(n: number): readonly LogitRows[] {
  const stream = createRandom(3).at('testing/teacher');
  const pattern = Array.from({ length: SAMPLES }, () =>
    Array.from({ length: CLASSES }, () => stream.normal()),
  );
  return Array.from({ length: n }, (_, j) =>
    pattern.map((row) => row.map((z) => (4 * z * (j + 1)) / n + 0.1 * stream.normal())),
  );
}
