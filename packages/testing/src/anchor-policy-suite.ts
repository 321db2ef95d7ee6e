import {
  candidatesOf,
  createRandom,
  isMove,
  type AnchorId,
  type AnchorPolicy,
  type Decision,
  type Move,
} from '@cairn/core';
import { expect } from 'vitest';
import { viewFromLogits, type LogitRows, type ViewOptions } from './anchor-view.ts';
import { testChecks, type Check } from './checks.ts';
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
  traits: AnchorPolicyTraits = {},
): void {
  testChecks(`anchor policy ${name}`, anchorPolicyChecks(create, traits));
}

/** The checks of `testAnchorPolicy`. */
export function anchorPolicyChecks(
  create: () => AnchorPolicy,
  { lengths = [1, 2, 5, 12], ...traits }: AnchorPolicyTraits = {},
): readonly Check[] {
  return lengths.flatMap((n) =>
    checksOn(n, create, traits).map((check) => ({ ...check, on: `route of ${n}` })),
  );
}

function checksOn(
  n: number,
  create: () => AnchorPolicy,
  { increasing = true, endsConverged = true }: AnchorPolicyTraits,
): readonly Check[] {
  const route = routeOfLength(n);
  return [
    {
      name: 'stays inside the route and its bound, and comes to an end',
      run: async () => {
        const { moves } = await walk(create, n);
        const ids = candidatesOf(route).map(({ id }) => id);
        expect(moves.length).toBeGreaterThan(0);
        expect(moves.length).toBeLessThanOrEqual(create().atMost(n));
        expect(moves.flat().filter((id) => !ids.includes(id))).toEqual([]);
        if (increasing) expect(moves.flat()).toEqual([...new Set(moves.flat())].sort((a, b) => a - b));
        if (endsConverged) expect(moves.at(-1)).toEqual([ids.at(-1)]);
      },
    },
    {
      name: 'repeats its choices when a new instance goes on from any point',
      run: async () => {
        const { decisions, views } = await walk(create, n);
        for (const [i, view] of views.entries()) {
          const resumed = JSON.parse(JSON.stringify(view)) as ViewOptions;
          expect(await create().next(viewFromLogits(resumed))).toEqual(decisions[i]);
        }
      },
    },
    {
      name: 'plans what it does, where it plans',
      run: async () => {
        const { decisions, views } = await walk(create, n);
        const policy = create();
        const planned = policy.plan?.(route).map(moveOf);
        if (planned === undefined) return;
        const taken = decisions.filter(isMove);
        expect(planned.map(({ move }) => move)).toEqual(taken.map(({ move }) => move));
        for (const [i, move] of planned.entries()) {
          const view = viewFromLogits(views[i] as ViewOptions);
          expect((await policy.settle?.(move, view)) ?? move).toEqual(taken[i]);
        }
      },
    },
    {
      name: 'gives a reason of one line and finite numbers',
      run: async () => {
        const { decisions } = await walk(create, n);
        for (const { reason, numbers } of decisions) {
          expect(reason).toMatch(/^\S.{0,78}\S$/);
          expect(Object.values(numbers).flat().every(Number.isFinite)).toBe(true);
        }
      },
    },
    {
      name: 'alters its anchors only as it may: a finite soften above 0, a foreign route where it says so',
      run: async () => {
        const { decisions } = await walk(create, n);
        for (const { soften = 1, route: side = 'own' } of decisions.filter(isMove)) {
          expect(Number.isFinite(soften) && soften > 0).toBe(true);
          if (create().foreign !== true) expect(side).toBe('own');
        }
      },
    },
  ];
}

interface Walk {
  readonly decisions: readonly Decision[];
  readonly moves: readonly (readonly AnchorId[])[];
  /** What the policy saw at each decision. */
  readonly views: readonly ViewOptions[];
}

/**
 * Asks until the policy finishes. After each move the student has come four fifths of the way to its anchor, and
 * with each stage in which it stayed four fifths of the rest.
 */
async function walk(create: () => AnchorPolicy, n: number): Promise<Walk> {
  const candidates = teacherLogits(n);
  const anchors = candidatesOf(routeOfLength(n));
  const policy = create();
  const [decisions, views, moves]: [Decision[], ViewOptions[], (readonly AnchorId[])[]] = [[], [], []];
  let stays = 0;
  for (;;) {
    const at = anchors.findIndex(({ id }) => id === moves.at(-1)?.at(-1));
    const way = at < 0 ? 0 : 1 - 0.2 ** (1 + stays);
    const student = (candidates[Math.max(at, 0)] ?? []).map((row) => row.map((z) => way * z));
    const view = { candidates, student, taught: moves.map((move) => move[0] ?? -1), seed: 5 };
    views.push(view);
    const decision = await policy.next(viewFromLogits(view));
    decisions.push(decision);
    if ('finish' in decision) return { decisions, moves, views };
    expect(decisions.length, 'questions without an end').toBeLessThan(100);
    if (isMove(decision)) moves.push(decision.move);
    else expect(moves.length, 'a first decision is a move').toBeGreaterThan(0);
    stays = isMove(decision) ? 0 : stays + 1;
  }
}

function moveOf(decision: Decision): Move {
  if (isMove(decision)) return decision;
  throw new Error(`expected a move, got ${JSON.stringify(decision)}`);
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
