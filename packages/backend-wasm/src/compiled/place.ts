/** Gives the storages and the scratch of a schedule their places, and writes its programs. */
import type { Batch, Shard } from './batch.ts';
import { CleanBorders } from './clean-borders.ts';
import type { SharedHeap } from './heap.ts';
import { packIntervals, type Interval } from './intervals.ts';
import { localsOf } from './locals.ts';
import type { Emit, ProgramWriter } from './program.ts';
import type { Piece, Schedule, Segment } from './schedule.ts';
import type { Images, Storage } from './storage.ts';
import { stretchesOf, type Stretch } from './stretch.ts';

interface Placed {
  readonly segment: Segment;
  readonly stretches: readonly Stretch[];
  /** Storages that a piece is the first to use. */
  readonly fresh: ReadonlyMap<Piece, readonly Storage[]>;
}

interface Use {
  readonly segments: Interval;
  readonly first: Piece;
}

export interface PlaceOptions {
  readonly heap: SharedHeap;
  /** Images of the largest batch. */
  readonly capacity: number;
  /** Images of the largest shard. */
  readonly shard: number;
}

export class PlacedSchedule {
  readonly #heap: SharedHeap;
  readonly #block: number;
  readonly #segments: readonly Placed[];
  /** Scratch that every thread needs. */
  readonly scratchBytes: number;

  /** @throws CAIRN_BACKEND_MEMORY */
  constructor(schedule: Schedule, options: PlaceOptions) {
    const { heap, capacity, shard } = options;
    this.#heap = heap;
    const uses = usesOf(schedule);
    const wide = schedule.planned.filter((s) => !isLocal(uses.get(s)));
    const packing = packIntervals(
      wide.map((s) => ({ ...(uses.get(s)?.segments ?? never), bytes: capacity * s.imageBytes })),
    );
    this.#block = packing.bytes === 0 ? 0 : heap.allocate(packing.bytes);
    wide.forEach((s, i) => s.place(this.#block + (packing.offsets[i] ?? 0), 'batch'));
    const planned = new Set(schedule.planned);
    this.#segments = schedule.segments.map((segment) => ({
      segment,
      stretches: stretchesOf(segment, shard),
      fresh: freshIn(segment, uses, planned),
    }));
    this.scratchBytes = Math.max(
      0,
      ...this.#segments.map((placed) => placeScratchOf(placed, shard, planned, uses)),
    );
  }

  /** Appends the phases of a batch. */
  write(writer: ProgramWriter, batch: Batch): void {
    for (const placed of this.#segments) {
      const once = placed.segment.pieces.flatMap((p) => (p.once === undefined ? [] : [p]));
      const tasks = batch.shards.map(
        (shard) => (emit: Emit) => writeShard(placed, writer, emit, shard, batch),
      );
      writer.phase([
        ...tasks,
        ...(once.length === 0 ? [] : [(emit: Emit) => writeOnce(once, writer, emit, batch)]),
      ]);
    }
  }

  dispose(): void {
    this.#heap.free(this.#block);
  }
}

const never: Interval = { bytes: 0, from: 0, to: 0 };

function usesOf(schedule: Schedule): ReadonlyMap<Storage, Use> {
  const uses = new Map<Storage, Use>();
  schedule.segments.forEach(({ pieces }, segment) => {
    for (const piece of pieces) {
      for (const storage of piece.uses) {
        const old = uses.get(storage);
        uses.set(storage, {
          first: old?.first ?? piece,
          segments: { bytes: 0, from: old?.segments.from ?? segment, to: segment },
        });
      }
    }
  });
  return uses;
}

/** Needed within one segment only: then a chunk of it in a thread's scratch does. */
function isLocal(use: Use | undefined): boolean {
  return use === undefined || use.segments.from === use.segments.to;
}

function freshIn(
  { pieces }: Segment,
  uses: ReadonlyMap<Storage, Use>,
  planned: ReadonlySet<Storage>,
): ReadonlyMap<Piece, readonly Storage[]> {
  return new Map(
    pieces.map((piece) => [
      piece,
      [...new Set(piece.uses)].filter((s) => planned.has(s) && uses.get(s)?.first === piece),
    ]),
  );
}

function placeScratchOf(
  { segment, stretches }: Placed,
  shard: number,
  planned: ReadonlySet<Storage>,
  uses: ReadonlyMap<Storage, Use>,
): number {
  const local = localsOf(stretches, shard, (s) => planned.has(s) && isLocal(uses.get(s)));
  const work = Math.max(0, ...segment.work.map((b) => b.bytes));
  const always = { from: 0, to: Number.MAX_SAFE_INTEGER };
  const packing = packIntervals([
    ...local.map(({ interval }) => interval),
    ...segment.held.map(({ bytes }) => ({ bytes, ...always })),
    { bytes: work, ...always },
  ]);
  const offset = (i: number): number => packing.offsets[i] ?? 0;
  local.forEach(({ storage, extent }, i) => storage.place(offset(i), extent));
  segment.held.forEach((block, i) => (block.offset = offset(local.length + i)));
  for (const block of segment.work) block.offset = offset(local.length + segment.held.length);
  return packing.bytes;
}

function writeShard(
  { segment, stretches, fresh }: Placed,
  writer: ProgramWriter,
  emit: Emit,
  shard: Shard,
  batch: Batch,
): void {
  const each = (pieces: readonly Piece[], write: (piece: Piece) => void): void =>
    pieces.forEach((piece) => {
      writer.label(piece.node);
      write(piece);
    });
  each(segment.pieces, (piece) => piece.begin?.(emit, shard, batch));
  const end = shard.first + shard.count;
  const borders = new CleanBorders();
  for (const { pieces, chunk } of stretches) {
    for (let first = shard.first; first < end; first += chunk) {
      const images: Images = { first, count: Math.min(chunk, end - first), chunk: first, shard: shard.first };
      each(pieces, (piece) => {
        for (const storage of fresh.get(piece) ?? [])
          if (borders.taken(storage, images)) clearBorder(emit, storage, images);
        piece.images?.(emit, images, shard);
      });
    }
  }
  each(segment.pieces, (piece) => piece.end?.(emit, shard, batch));
}

function writeOnce(pieces: readonly Piece[], writer: ProgramWriter, emit: Emit, batch: Batch): void {
  for (const piece of pieces) {
    writer.label(piece.node);
    piece.once?.(emit, batch);
  }
}

function clearBorder(emit: Emit, s: Storage, images: Images): void {
  const { top, left } = s.border;
  // prettier-ignore
  emit(
    'clearBorder', s.frame(images), images.count, s.frameRows, s.frameColumns, top, left, s.rows, s.columns, s.channels,
  );
}
