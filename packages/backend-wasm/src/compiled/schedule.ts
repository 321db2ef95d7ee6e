/**
 * What a pass over a network consists of, before anything has an address: pieces in order, with barriers between
 * segments. A task of a segment takes one shard of the batch through all of its pieces, a chunk of images at a time, so
 * that what a piece wrote is still in cache when the next one reads it.
 */
import type { Shape } from '@cairn/core';
import type { Batch, Shard } from './batch.ts';
import type { Emit } from './program.ts';
import { scratchAddress } from './program.ts';
import { Storage, type Border, type Images } from './storage.ts';

/** A part of the work of a task. */
export interface Piece {
  /** For people: kernel and node. */
  readonly node: string;
  /** What it reads and writes. The first piece that uses a storage writes it. */
  readonly uses: readonly Storage[];
  /** Before the first image of a shard. */
  begin?(emit: Emit, shard: Shard, batch: Batch): void;
  images?(emit: Emit, images: Images, shard: Shard): void;
  /** After the last image of a shard. */
  end?(emit: Emit, shard: Shard, batch: Batch): void;
  /** Once per batch, in a task that any thread may run beside the shards. */
  once?(emit: Emit, batch: Batch): void;
}

/** Scratch of a thread: its place is known when the schedule is placed. */
export class ScratchBlock {
  readonly bytes: number;
  offset = 0;

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  get address(): number {
    return scratchAddress(this.offset);
  }
}

export interface Segment {
  readonly pieces: Piece[];
  /** Valid from the first piece's `begin` to the last one's `end`. */
  readonly held: ScratchBlock[];
  /** Valid during one call. */
  readonly work: ScratchBlock[];
}

export class Schedule {
  readonly segments: Segment[] = [{ pieces: [], held: [], work: [] }];
  /** Storages whose place the schedule decides. */
  readonly planned: Storage[] = [];

  get segment(): Segment {
    return this.segments[this.segments.length - 1] as Segment;
  }

  add(piece: Piece): void {
    this.segment.pieces.push(piece);
  }

  /** What comes now needs all shards of what came before. */
  barrier(): void {
    if (this.segment.pieces.length > 0) this.segments.push({ pieces: [], held: [], work: [] });
  }

  storage(shape: Shape, border?: Border): Storage {
    const storage = new Storage(shape, border);
    this.planned.push(storage);
    return storage;
  }

  /** Scratch of a task of the present segment. */
  held(bytes: number): ScratchBlock {
    const block = new ScratchBlock(bytes);
    this.segment.held.push(block);
    return block;
  }

  /** Scratch of a call in the present segment; calls share it. */
  work(bytes: number): ScratchBlock {
    const block = new ScratchBlock(bytes);
    this.segment.work.push(block);
    return block;
  }
}
