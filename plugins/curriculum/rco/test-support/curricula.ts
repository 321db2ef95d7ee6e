/** Curricula of policies that stand in a test. */
import {
  candidatesOf,
  createRegistry,
  definePlugin,
  followPlan,
  type AnchorPolicy,
  type Curriculum,
  type Decision,
} from '@cairn/core';
import { failureOf, routeOf, squaredLogits, stagesOfRun, type RunGround } from '@cairn/testing';
import { z } from 'zod';
import { rco } from '../index.ts';

/** A policy for one test, as a plugin: curricula hold plugins. */
const policyOf = (policy: AnchorPolicy) =>
  definePlugin({
    kind: 'anchor-policy',
    id: 'for-test',
    summary: 'for tests',
    options: z.strictObject({}),
    create: () => policy,
  });

export type Options = Omit<Parameters<typeof rco>[0], 'loss' | 'anchorPolicy'>;

/** The curriculum as a study gets it. */
export const create = (policy: AnchorPolicy, options: Options = {}): Curriculum => {
  const plugin = policyOf(policy);
  return createRegistry([rco, squaredLogits, plugin]).create(
    rco({ loss: squaredLogits(), anchorPolicy: plugin(), ...options }),
  );
};

/** What a decision says of itself. */
export const why = { reason: 'for tests', numbers: {} };

/** Moves known from the route: candidates by their places, from 1; those that a shorter route lacks are left out. */
export const planned = (...places: number[]): AnchorPolicy => ({
  ...followPlan((route) =>
    places
      .filter((place) => place <= candidatesOf(route).length)
      .map((place): Decision => ({ ...why, move: [candidatesOf(route)[place - 1]?.id ?? -1] })),
  ),
  atMost: () => places.length,
});

/** Looks at how often it has moved: a candidate further each time, until it has moved to the last. */
export const stepping = (stays: readonly number[] = []): AnchorPolicy => ({
  atMost: (candidates) => candidates,
  next: async ({ route, taught }) => {
    const candidate = candidatesOf(route)[taught.length];
    const epochs = taught.reduce((sum, t) => sum + t.epochs, 0);
    if (stays.includes(epochs)) return { ...why, stay: true };
    return candidate === undefined ? { ...why, finish: true } : { ...why, move: [candidate.id] };
  },
});

/** Twelve epochs along four anchors after the initial state. */
export const four = { epochs: 12, route: routeOf({ epochs: [0, 1, 2, 3, 4] }) };

/** `epochs anchors` of each stage. */
export const shown = async (
  policy: AnchorPolicy,
  options: Options,
  ground: RunGround = four,
): Promise<string[]> =>
  (await stagesOfRun(create(policy, options), ground)).map(
    ({ length, updates }) =>
      `${'epochs' in length ? length.epochs : '?'} ${updates[0]?.[0]?.guide?.anchors.join('+')}`,
  );

/** The error that a run of it ends with. */
export const refusal = (policy: AnchorPolicy, options: Options): Promise<string> =>
  failureOf(() => shown(policy, options));
