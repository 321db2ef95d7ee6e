/**
 * A task takes its shard through a segment a chunk of images at a time, so that what a piece wrote is still in cache
 * when the next one reads it. Where images get smaller a new stretch begins, with more of them in a chunk.
 */
import type { Piece, Segment } from './schedule.ts';
import type { Storage } from './storage.ts';

/** What the largest frames of a chunk may take: the second-level cache holds them a few times. */
const chunkBytes = 320 * 1024;

/** Pieces that images of one resolution go through. */
export interface Stretch {
  readonly pieces: readonly Piece[];
  /** Images of a chunk. */
  readonly chunk: number;
}

/** @param shard images of the largest shard */
export function stretchesOf({ pieces }: Segment, shard: number): readonly Stretch[] {
  const groups: Piece[][] = [];
  let pixels: number | undefined;
  for (const piece of pieces) {
    const own = most([piece], ({ rows, columns }) => rows * columns);
    if (groups.length === 0 || (own > 0 && pixels !== undefined && own !== pixels)) groups.push([]);
    if (own > 0) pixels = own;
    groups.at(-1)?.push(piece);
  }
  return groups.map((group) => {
    const images = Math.floor(
      chunkBytes /
        Math.max(
          1,
          most(group, (s) => s.imageBytes),
        ),
    );
    return { pieces: group, chunk: Math.max(1, Math.min(shard, images)) };
  });
}

function most(pieces: readonly Piece[], sizeOf: (storage: Storage) => number): number {
  return Math.max(0, ...pieces.flatMap((p) => p.uses.map(sizeOf)));
}
