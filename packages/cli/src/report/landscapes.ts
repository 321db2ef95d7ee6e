/** The loss around the converged teacher and around one student. */
import { createRandom } from '@cairn/core';
import { lossLandscape, stratified } from '@cairn/engine';
import type { Landscape } from '@cairn/report';
import type { Laboratory, State } from './laboratory.ts';
import { type AnchorState, lastState } from './states.ts';
import type { ReportSubject } from './subject.ts';

/** Points along each direction, how far they go, and on how many samples: some hundred states are evaluated. */
const [POINTS, REACH, SAMPLES] = [21, 1, 256];

interface LandscapesRequest {
  readonly anchors: ReadonlyMap<string, readonly AnchorState[]>;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Around the converged teacher, and around the last state of the first declared condition's first run. */
export async function landscapes(
  { result, runs }: ReportSubject,
  lab: Laboratory,
  { anchors, say, signal }: LandscapesRequest,
): Promise<Landscape[] | string> {
  const wanted = result.primary?.[0]?.condition ?? result.conditions.at(-1)?.name;
  const run = runs.find((r) => r.condition === wanted) ?? runs[0];
  if (run === undefined) return 'no run is there.';
  const teacher = anchors.get(run.route?.id ?? '')?.at(-1);
  const student = lastState(run);
  const states = [
    ...(teacher === undefined
      ? []
      : [{ name: `teacher, epoch ${Number(teacher.epoch.toFixed(1))}`, state: teacher }]),
    ...(student === undefined ? [] : [{ name: `${run.condition}, seed ${run.seed}`, state: student }]),
  ];
  const found: Landscape[] = [];
  for (const { name, state } of states) {
    say(`landscape of ${name}`);
    found.push(await landscapeOf(lab, { name, state, signal }));
  }
  return found.length === 0 ? 'no state of it is kept.' : found;
}

/** @param name for people, and `state` of a network */
async function landscapeOf(
  lab: Laboratory,
  { name, state, signal }: { readonly name: string; readonly state: State; readonly signal: AbortSignal },
): Promise<Landscape> {
  const { labels } = lab.splits.train;
  const rows = stratified(lab.heldOut.rows, labels, SAMPLES, 0);
  const steps = Array.from({ length: POINTS }, (_, i) => REACH * ((2 * i) / (POINTS - 1) - 1));
  const key = {
    ...{ what: 'landscape', version: 1, weights: state.sha256, data: lab.splits.digest },
    ...{ rows: [...rows], steps, numerics: lab.numerics },
  };
  const known = await lab.cache.read(key);
  const options = { batches: lab.heldOut.batches, rows, labels, steps, random: createRandom(0), signal };
  const loss =
    known ?? Float32Array.from(await lossLandscape(lab.network(state.model), await state.weights(), options));
  if (known === undefined) await lab.cache.write(key, { shape: [POINTS, POINTS], data: loss });
  return { name, steps, loss: [...loss], samples: rows.length };
}
