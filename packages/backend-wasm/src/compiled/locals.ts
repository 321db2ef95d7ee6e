/** For how many images, and for how long, the storages of one segment are needed in a thread's scratch. */
import type { Interval } from './intervals.ts';
import type { Extent, Storage } from './storage.ts';
import type { Stretch } from './stretch.ts';

export interface Local {
  readonly storage: Storage;
  readonly extent: Exclude<Extent, 'batch'>;
  readonly interval: Interval;
}

/**
 * What one stretch alone needs is there for a chunk at a time. Other things are there for the shard, as long as those
 * stretches last: each goes through its pieces several times.
 * @param shard images of the largest shard
 */
export function localsOf(
  stretches: readonly Stretch[],
  shard: number,
  isLocal: (storage: Storage) => boolean,
): readonly Local[] {
  const order = stretches.flatMap((stretch) => stretch.pieces.map((piece) => ({ piece, stretch })));
  const spans = new Map<Storage, { from: number; to: number }>();
  order.forEach(({ piece }, at) => {
    for (const storage of piece.uses.filter(isLocal))
      spans.set(storage, { from: spans.get(storage)?.from ?? at, to: at });
  });
  const placesOf = (stretch: Stretch | undefined): number[] =>
    order.flatMap((o, at) => (o.stretch === stretch ? [at] : []));
  return [...spans].map(([storage, { from, to }]) => {
    const [first, last] = [order[from]?.stretch, order[to]?.stretch];
    const { imageBytes } = storage;
    if (first === last && first !== undefined)
      return { storage, extent: 'chunk', interval: { bytes: first.chunk * imageBytes, from, to } };
    const interval = { from: placesOf(first).at(0) ?? from, to: placesOf(last).at(-1) ?? to };
    return { storage, extent: 'shard', interval: { bytes: shard * imageBytes, ...interval } };
  });
}
