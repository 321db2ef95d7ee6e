import {
  anchorAtEpoch,
  candidatesOf,
  mean,
  RouteError,
  RunError,
  type Anchor,
  type AnchorView,
  type Decision,
} from '@cairn/core';
import { chooseNext, median, type Choice, type Situation } from './greedy.ts';

export interface GreedyOptions {
  /** `growth`: hardness may grow to (1 + delta) times. `ratio`: the old hardness is at least delta of the new. */
  readonly rule: 'growth' | 'ratio';
  readonly delta: number;
  readonly anchors: number | 'unlimited';
  readonly first: number | 'pace';
  readonly bootstrap: number;
}

/** The decision of the greedy policy for a view, with the numbers to work it out again. */
export async function nextAnchor(view: AnchorView, options: GreedyOptions): Promise<Decision> {
  const candidates = candidatesOf(view.route);
  const current = currentCandidate(view, candidates);
  if (current === candidates.length) {
    return { reason: 'the converged teacher has taught', numbers: { current }, finish: true };
  }
  const slot = view.taught.length;
  const slots = options.anchors === 'unlimited' ? undefined : Math.max(1, options.anchors - slot);
  const situation: Situation = {
    samples: await hardnessOf(view, candidates),
    current,
    floor: await floorOf(view, candidates),
    limit: options.rule === 'growth' ? 1 + options.delta : 1 / options.delta,
    slots,
  };
  const draw = (replicate: number) => view.random.at('anchor-policy/greedy', slot, replicate);
  const found = chooseNext(situation, draw, options.bootstrap);
  const given = current === 0 && slots !== 1 ? givenFirst(view, candidates, options.first) : undefined;
  const choice = given ?? found.choice;
  return {
    reason: given === undefined ? reasonOf(found, situation) : `first anchor as given, candidate ${given}`,
    numbers: numbersOf(candidates, situation, { ...found, choice }),
    move: [(candidates[choice - 1] ?? candidates[0]).id],
  };
}

/** All that a reader needs to work the choice out again. */
function numbersOf(
  candidates: readonly Anchor[],
  { current, slots, limit, floor }: Situation,
  { hardness, bounds, reach, pace, choice }: Choice,
): Decision['numbers'] {
  return {
    current,
    ...(slots !== undefined && { slots }),
    limit,
    floor,
    candidates: candidates.map(({ id }) => id),
    hardness,
    bounds,
    reach,
    ...(pace !== undefined && { pace }),
    choice,
  };
}

/** Position, from 1, of the anchor that taught last; 0 for none. */
function currentCandidate({ taught }: AnchorView, candidates: readonly Anchor[]): number {
  const last = taught.at(-1)?.anchors.at(-1);
  if (last === undefined) return 0;
  const position = candidates.findIndex(({ id }) => id === last) + 1;
  if (position > 0) return position;
  throw new RouteError('CAIRN_ANCHOR_MISSING', `step ${last} taught last, but is no candidate of the route`, {
    fix: `candidates: steps ${candidates[0]?.id} to ${candidates.at(-1)?.id}, ${candidates.length} of them`,
  });
}

/** Hardness of each candidate by sample. A diverged student has none, and would seem to reach everything. */
async function hardnessOf(view: AnchorView, candidates: readonly Anchor[]): Promise<readonly Float64Array[]> {
  const samples: Float64Array[] = [];
  for (const { id } of candidates) {
    const values = await view.hardness(id);
    if (!values.every(Number.isFinite)) {
      throw new RunError('CAIRN_HARDNESS_INVALID', `hardness of step ${id}: got ${mean(values)}`, {
        fix: 'outputs of the student or of this anchor are not finite: see the losses of the last epochs',
      });
    }
    samples.push(values);
  }
  return samples;
}

function givenFirst(
  view: AnchorView,
  candidates: readonly Anchor[],
  first: number | 'pace',
): number | undefined {
  if (first === 'pace') return undefined;
  return candidates.indexOf(anchorAtEpoch(view.route, first)) + 1;
}

/** Median over neighbours of the mean KL( c_j ‖ c_{j+1} ). */
async function floorOf(view: AnchorView, candidates: readonly Anchor[]): Promise<number> {
  const differences: number[] = [];
  for (const [j, { id }] of candidates.entries()) {
    const next = candidates[j + 1];
    if (next !== undefined) differences.push(await view.divergence(id, next.id));
  }
  return median(differences);
}

function reasonOf({ reach, pace, choice }: Choice, { current, slots }: Situation): string {
  const left = slots === undefined ? '' : ` (${slots} slots left)`;
  const reached = `reach ${reach > current ? reach : 'none'}`;
  if (slots === 1) return `last slot: the converged teacher, ${choice}${current === 0 ? '' : `; ${reached}`}`;
  if (current === 0)
    return `untrained student: ${pace === undefined ? 'first candidate' : `pace ${pace}`}${left}`;
  return pace === undefined ? reached : `${reached}, pace ${pace}${left}`;
}
