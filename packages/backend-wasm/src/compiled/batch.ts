/**
 * How a batch is cut. In training the rules look at the batch alone, never at the number of threads: sums over shards are
 * added in the order of the shards, so any number of threads gives the same bits. A change changes numerics (`builds.ts`).
 */
import { mostTasks } from './program.ts';

/** A part of the batch that one task works on. */
export interface Shard {
  readonly index: number;
  readonly first: number;
  readonly count: number;
}

export interface Batch {
  readonly size: number;
  readonly shards: readonly Shard[];
}

/** Every shard of a training step has sums and gradients of its own. */
export const mostShards = 8;
const fewestImages = 4;

/** Shards of one size, but the last. */
function cut(size: number, each: number): Batch {
  const shards = Array.from({ length: Math.ceil(size / each) }, (_, index) => ({
    index,
    first: index * each,
    count: Math.min(each, size - index * each),
  }));
  return { size, shards };
}

/** At most eight shards of at least four images. */
export function trainingBatch(size: number): Batch {
  return cut(size, Math.max(fewestImages, Math.ceil(size / mostShards)));
}

/**
 * Images that a thread takes through a whole network at a time: up to 16, since the filters are read once for all of
 * them, but few enough that threads which are slowed down can leave some to others. Changes no bits: no image sees
 * another one.
 */
export function inferenceBatch(size: number, threads: number): Batch {
  const fair = Math.min(16, Math.ceil(size / (4 * threads)));
  return cut(size, Math.max(fewestImages, fair, Math.ceil(size / mostTasks)));
}

/** Pixels of a shard that is not the last, and of the last. */
export function shardPixels({ shards }: Batch, pixels: number): { full: number; last: number } {
  const last = (shards.at(-1)?.count ?? 0) * pixels;
  return { full: shards.length > 1 ? (shards[0]?.count ?? 0) * pixels : last, last };
}
