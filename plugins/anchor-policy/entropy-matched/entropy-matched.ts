import { convergedOf, type AnchorId, type AnchorView, type Manifest, type Move } from '@cairn/core';
import { temperatureFor } from './temperature.ts';

/** The converged teacher for every move; its numbers keep the anchors that it stands for. */
export function convergedMoves(moves: readonly Move[], route: Manifest): readonly Move[] {
  const converged = convergedOf(route).id;
  return moves.map(({ move }, i) => ({
    reason: `${i + 1} of ${moves.length}: converged, as soft as ${epochsOf(move, route)}`,
    numbers: { matched: move },
    move: [converged],
  }));
}

/** The move with the temperature that gives the converged teacher the mean entropy of the anchors it stands for. */
export async function matched(planned: Move, view: AnchorView): Promise<Move> {
  const [first, ...others] = [planned.numbers['matched'] ?? []].flat();
  if (first === undefined) return planned;
  const target = await view.entropy([first, ...others]);
  const { temperature, entropy, evaluations } = await temperatureFor(
    (t) => view.entropy(planned.move, t),
    target,
  );
  const numbers = { ...planned.numbers, target, entropy, temperature, evaluations };
  return { ...planned, numbers, ...(temperature === 1 ? {} : { soften: temperature }) };
}

function epochsOf(anchors: readonly AnchorId[], { stepsPerEpoch }: Manifest): string {
  return `epoch ${anchors.map((id) => Number((id / stepsPerEpoch).toFixed(2))).join('+')}`;
}
