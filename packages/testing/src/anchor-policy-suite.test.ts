import { candidatesOf, followPlan, type AnchorPolicy, type AnchorView, type Decision } from '@cairn/core';
import { expect, test } from 'vitest';
import { anchorPolicyChecks } from './anchor-policy-suite.ts';
import { brokenChecks } from './checks.ts';

const INSIDE = 'stays inside the route and its bound, and comes to an end';
const REPEATS = 'repeats its choices when a new instance goes on from any point';
const PLANS = 'plans what it does, where it plans';
const REASON = 'gives a reason of one line and finite numbers';
const ALTERS = 'alters its anchors only as it may: a finite soften above 0, a foreign route where it says so';

const move = (id: number, more: object = {}): Decision => ({
  reason: 'the next one',
  numbers: { id },
  move: [id],
  ...more,
});
const finish: Decision = { reason: 'all taught', numbers: {}, finish: true };

/** Every candidate in its turn. */
function each({ route, taught }: AnchorView): Decision {
  const next = candidatesOf(route)[taught.length];
  return next === undefined ? finish : move(next.id);
}

const asked = (next: (view: AnchorView) => Decision | Promise<Decision>): AnchorPolicy => ({
  atMost: (n) => n,
  next: async (view) => next(view),
});
const planned = (): AnchorPolicy => ({
  ...followPlan((route) => candidatesOf(route).map(({ id }) => move(id))),
  atMost: (n) => n,
});

test.each<[string, () => AnchorPolicy]>([
  ['is asked', () => asked(each)],
  ['plans', planned],
  ['settles its moves', () => ({ ...planned(), settle: async (m) => m })],
  [
    'stays where the student is far from its anchor',
    () =>
      asked(async (view) => {
        const last = view.taught.at(-1)?.anchors[0];
        const far = last === undefined ? [] : await view.hardness(last);
        return Math.max(0, ...far) > 0.01 ? { reason: 'still far', numbers: {}, stay: true } : each(view);
      }),
  ],
])('a policy that %s breaks nothing', async (_, create) => {
  expect(await brokenChecks(anchorPolicyChecks(create))).toEqual([]);
});

let everAsked = 0;
const broken: readonly (readonly [string, () => AnchorPolicy, string])[] = [
  [
    'counts its own questions',
    () => {
      let place = 0;
      return asked(({ route }) => {
        const next = candidatesOf(route)[place++];
        return next === undefined ? finish : move(next.id);
      });
    },
    REPEATS,
  ],
  ['counts over all instances', () => asked((v) => ({ ...each(v), numbers: { n: ++everAsked } })), REPEATS],
  ['draws from elsewhere', () => asked((v) => ({ ...each(v), numbers: { x: Math.random() } })), REPEATS],
  [
    'looks outside its route',
    () => asked(async (view) => move((await view.hardness(99_999)).length)),
    INSIDE,
  ],
  ['moves outside its route', () => asked((v) => (v.taught.length > 0 ? finish : move(7))), INSIDE],
  ['moves to the initial state', () => asked((v) => (v.taught.length > 0 ? finish : move(0))), INSIDE],
  ['writes what it sees', () => asked((v) => ((v.taught as unknown[]).push({}), each(v))), INSIDE],
  [
    'stays for ever',
    () => asked((v) => (v.taught.length === 0 ? each(v) : { reason: 'no', numbers: {}, stay: true })),
    INSIDE,
  ],
  ['stays before it has moved', () => asked(() => ({ reason: 'no', numbers: {}, stay: true })), INSIDE],
  ['teaches nothing', () => asked(() => finish), INSIDE],
  ['uses more anchors than it says', () => ({ ...asked(each), atMost: () => 1 }), INSIDE],
  ['goes back', () => asked((v) => (v.taught.length > 3 ? finish : move(40 - 10 * v.taught.length))), INSIDE],
  ['ends before the converged teacher', () => asked((v) => (v.taught.length > 0 ? finish : each(v))), INSIDE],
  ['plans something else', () => ({ ...asked(each), plan: () => [move(10)] }), PLANS],
  ['plans to finish', () => ({ ...planned(), plan: () => [finish] }), PLANS],
  [
    'settles on other anchors than it planned',
    () => ({ ...planned(), settle: async (m) => ({ ...m, move: [10] }) }),
    PLANS,
  ],
  [
    'settles otherwise than it moves',
    () => ({ ...planned(), settle: async (m) => ({ ...m, soften: 2 }) }),
    PLANS,
  ],
  ['writes a page', () => asked((v) => ({ ...each(v), reason: 'one\ntwo' })), REASON],
  ['says nothing', () => asked((v) => ({ ...each(v), reason: '' })), REASON],
  ['logs no number', () => asked((v) => ({ ...each(v), numbers: { r: NaN } })), REASON],
  ['logs an infinity', () => asked((v) => ({ ...each(v), numbers: { r: [0, Infinity] } })), REASON],
  ['softens by nothing', () => asked((v) => ({ ...each(v), soften: 0 })), ALTERS],
  ['names a foreign route unsaid', () => asked((v) => ({ ...each(v), route: 'foreign' })), ALTERS],
];
test.each(broken)('a policy that %s is found', async (_, create, check) => {
  expect(await brokenChecks(anchorPolicyChecks(create))).toContain(check);
});

test('a policy that never ends is found, also where it may go back', async () => {
  const create = () => ({ ...asked(({ route }) => move(candidatesOf(route)[0].id)), atMost: () => 1000 });
  expect(
    await brokenChecks(anchorPolicyChecks(create, { increasing: false, endsConverged: false })),
  ).toContain(INSIDE);
});
