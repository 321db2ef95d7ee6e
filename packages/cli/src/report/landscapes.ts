/** The loss around the converged teacher and around one student. */
import { createRandom } from '@cairn/core';
import { lossLandscape, stratified } from '@cairn/engine';
import type { Landscape } from '@cairn/report';
import type { Laboratory, State } from './laboratory.ts';

/** Points along each direction, how far they go, and on how many samples: some hundred states are evaluated. */
const [POINTS, REACH, SAMPLES] = [21, 1, 256];

/** @param name for people, and `state` of a network */
export async function landscapeOf(
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
