import { candidatesOf, type Anchor, type Decision, type Manifest } from '@cairn/core';

/**
 * RCO's equal epoch interval: the candidates nearest to i·E/n, i = 1…n, where E is the teacher's last epoch. Of two
 * equally near the later. Each is used once, so there are as many as candidates where those are fewer; the last is
 * the converged teacher.
 * @param anchors n, at least 1
 */
export function equalEpochAnchors(route: Manifest, anchors: number): readonly Decision[] {
  const candidates = candidatesOf(route);
  const n = Math.min(anchors, candidates.length);
  const total = candidates.at(-1)?.epoch ?? 0;
  let used = -1;
  return Array.from({ length: n }, (_, i): Decision => {
    const target = ((i + 1) * total) / n;
    // One candidate must be left for each later anchor.
    used = nearest(candidates, target, used + 1, candidates.length - (n - i));
    const { id, epoch } = candidates[used] ?? candidates[0];
    const few = n < anchors ? `, ${anchors} wanted` : '';
    return {
      reason: `${i + 1} of ${n}, nearest to epoch ${shown(target)}${few}`,
      numbers: { target, epoch },
      move: [id],
    };
  });
}

/** Index from `from` to `to`, both included, of the candidate nearest to an epoch. */
function nearest(candidates: readonly Anchor[], epoch: number, from: number, to: number): number {
  const distance = (i: number): number => Math.abs((candidates[i]?.epoch ?? 0) - epoch);
  let best = from;
  for (let i = from + 1; i <= to; i++) if (distance(i) <= distance(best)) best = i;
  return best;
}

function shown(epoch: number): string {
  return String(Number(epoch.toFixed(2)));
}
