/** Which anchors each policy of the catalogue would take: planned from the route, or replayed on a student's stages. */
import {
  CairnError,
  createRandom,
  entropyOfLogits,
  knownKeys,
  type AnchorId,
  type AnchorPolicy,
  type AnchorView,
  type Decision,
  type JsonObject,
  type Manifest,
  type PluginFactory,
  type Registry,
  klRows,
  mean,
  type Taught,
} from '@cairn/core';
import { divergence, type Outcome } from './hardness.ts';
import type { LogitSet } from './logit-set.ts';

export interface PlannedPolicy {
  readonly policy: string;
  readonly options: JsonObject;
  /** `route`: from the route alone. `student`: asked once for each stage of the student that was given. */
  readonly from: 'route' | 'student';
  /** One entry for each move; several anchors teach together. */
  readonly moves: readonly {
    readonly steps: readonly AnchorId[];
    readonly epochs: readonly number[];
    readonly reason: string;
  }[];
  /** Why the policy could not say. */
  readonly problem?: { readonly code: string; readonly message: string };
}

/** Policies that need nothing but a number of anchors. @param anchors of policies that take one */
export async function plannedPolicies(
  registry: Registry,
  set: LogitSet,
  outcomes: { readonly anchors: readonly Outcome[]; readonly students: readonly Outcome[] },
  anchors: number,
): Promise<readonly PlannedPolicy[]> {
  const planned: PlannedPolicy[] = [];
  for (const factory of registry.list('anchor-policy') as readonly PluginFactory<'anchor-policy'>[]) {
    const options = knownKeys(factory.schema, []).includes('anchors') ? { anchors } : {};
    if (!factory.schema.safeParse(options).success) continue; // it needs options that nobody gave
    const policy = registry.create({ kind: 'anchor-policy', id: factory.id, options });
    if (policy.plan === undefined && outcomes.students.length === 0) continue;
    planned.push(await ask(factory.id, options, policy, set, outcomes));
  }
  return planned;
}

async function ask(
  id: string,
  options: JsonObject,
  policy: AnchorPolicy,
  set: LogitSet,
  outcomes: { readonly anchors: readonly Outcome[]; readonly students: readonly Outcome[] },
): Promise<PlannedPolicy> {
  const from = policy.plan === undefined ? 'student' : 'route';
  try {
    const decisions = policy.plan?.(set.route) ?? (await replay(policy, set, outcomes));
    return { policy: id, options, from, moves: decisions.flatMap((d) => moveOf(d, set.route)) };
  } catch (error) {
    if (!(error instanceof CairnError)) throw error;
    return { policy: id, options, from, moves: [], problem: { code: error.code, message: error.message } };
  }
}

function moveOf(decision: Decision, route: Manifest): PlannedPolicy['moves'] {
  if (!('move' in decision)) return [];
  const { move: steps, reason } = decision;
  const epochs = steps.map((step) => route.anchors.find((a) => a.id === step)?.epoch ?? NaN);
  return [{ steps, epochs, reason }];
}

function meanOf(all: readonly Float64Array[]): Float64Array {
  return Float64Array.from(all[0] ?? [], (_, i) => mean(all.map((each) => each[i] ?? NaN)));
}

/** Asks once for each stage, as if the student had been taught what the policy chose before. */
async function replay(
  policy: AnchorPolicy,
  { route, anchors, classes }: LogitSet,
  outcomes: { readonly anchors: readonly Outcome[]; readonly students: readonly Outcome[] },
): Promise<readonly Decision[]> {
  const byStep = new Map(anchors.map(({ step }, i) => [step, outcomes.anchors[i]]));
  const outcome = (id: AnchorId): Outcome => {
    const found = byStep.get(id);
    if (found === undefined) throw new RangeError(`anchor ${id}: not in the route`);
    return found;
  };
  const taught: Taught[] = [];
  const decisions: Decision[] = [];
  for (const student of outcomes.students) {
    const view: AnchorView = {
      route,
      taught: [...taught],
      random: createRandom(0),
      hardness: async (id) => klRows(outcome(id).logP, student.logP, classes),
      divergence: async (p, q) => divergence(outcome(p), outcome(q), classes),
      // Log-probabilities are logits but for a constant of each row.
      entropy: async (ids, temperature) =>
        mean(entropyOfLogits(meanOf(ids.map((id) => outcome(id).logP)), classes, temperature)),
    };
    const decision = await policy.next(view);
    if ('finish' in decision) break;
    decisions.push(decision);
    if ('move' in decision) taught.push({ anchors: decision.move, epochs: 1 });
  }
  return decisions;
}
