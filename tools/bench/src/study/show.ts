import type { Bench, Spread } from '../harness/index.ts';
import type { PeerStudy } from './peer.ts';

/** What was done, alike on both sides, and how long it took. */
export function showStudy(
  bench: Bench,
  {
    study: { study, plan },
    times,
  }: { readonly study: PeerStudy; readonly times: ReadonlyMap<string, Spread> },
): void {
  const epochs = (of: readonly number[]): number => of.reduce((a, b) => a + b, 0);
  bench.table({
    title: `the work: teacher of ${study.teacher.training.epochs} epochs, then ${plan.runs.length} students`,
    columns: ['student', 'epochs', 'anchors', 'images'],
    rows: plan.runs.map(({ id, epochs: own, anchors, images }) => [
      id,
      epochs(own),
      new Set(anchors).size,
      String(images),
    ]),
  });
  const peers = [...times].filter(([name]) => name.startsWith('torch'));
  const best = peers.length === 0 ? NaN : Math.min(...peers.map(([, { median }]) => median));
  bench.table({
    title: 'the study, from the command to its table',
    columns: ['way', ['wall time', 's'], ['quartiles', 's'], ['', 'to best peer']],
    rows: [...times].map(([name, { median, low, high }]) => [
      name,
      median,
      `${low.toFixed(0)}–${high.toFixed(0)}`,
      Number.isNaN(best) ? undefined : (median / best).toFixed(2),
    ]),
  });
}
