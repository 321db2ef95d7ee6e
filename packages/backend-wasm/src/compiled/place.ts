/** Gives the storages and the scratch of a schedule their places, and writes its programs. */
import type { Batch, Shard } from './batch.ts';
import type { SharedHeap } from './heap.ts';
import { packIntervals, type Interval } from './intervals.ts';
import type { Emit, ProgramWriter } from './program.ts';
import type { Piece, Schedule, Segment } from './schedule.ts';
import type { Images, Storage } from './storage.ts';

/** Bytes of the largest frame times the images of a chunk: what the second-level cache holds a few times. */
const chunkBytes = 160 * 1024;

interface Placed {
  readonly segment: Segment;
  readonly chunk: number;
  /** Storages that a piece is the first to use, and whose border it must clear. */
  readonly clears: ReadonlyMap<Piece, readonly Storage[]>;
}

interface Use {
  readonly segments: Interval;
  readonly pieces: Interval;
  readonly first: Piece;
}

export interface PlaceOptions {
  readonly heap: SharedHeap;
  /** Images of the largest batch. */
  readonly capacity: number;
  /** Images of the largest shard. */
  readonly shard: number;
  /** Takes a shard through as one chunk. */
  readonly wholeShards: boolean;
}

export class PlacedSchedule {
  readonly #heap: SharedHeap;
  readonly #block: number;
  readonly #segments: readonly Placed[];
  /** Scratch that every thread needs. */
  readonly scratchBytes: number;

  /** @throws CAIRN_BACKEND_MEMORY */
  constructor(schedule: Schedule, options: PlaceOptions) {
    const { heap, capacity, shard, wholeShards } = options;
    this.#heap = heap;
    const uses = usesOf(schedule);
    const wide = schedule.planned.filter((s) => !isLocal(uses.get(s)));
    const packing = packIntervals(
      wide.map((s) => ({ ...(uses.get(s)?.segments ?? never), bytes: capacity * s.imageBytes })),
    );
    this.#block = packing.bytes === 0 ? 0 : heap.allocate(packing.bytes);
    wide.forEach((s, i) => s.place(this.#block + (packing.offsets[i] ?? 0), false));
    const planned = new Set(schedule.planned);
    this.#segments = schedule.segments.map((segment) => {
      const chunk = wholeShards ? shard : chunkOf(segment, shard);
      return { segment, chunk, clears: clearsOf(segment, uses, planned) };
    });
    this.scratchBytes = Math.max(0, ...this.#segments.map((s) => placeScratchOf(s, schedule, uses)));
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
  let index = 0;
  schedule.segments.forEach(({ pieces }, segment) => {
    for (const piece of pieces) {
      for (const storage of piece.uses) {
        const old = uses.get(storage);
        uses.set(storage, {
          first: old?.first ?? piece,
          segments: { bytes: 0, from: old?.segments.from ?? segment, to: segment },
          pieces: { bytes: 0, from: old?.pieces.from ?? index, to: index },
        });
      }
      index++;
    }
  });
  return uses;
}

/** Needed within one segment only: then a chunk of it in a thread's scratch does. */
function isLocal(use: Use | undefined): boolean {
  return use === undefined || use.segments.from === use.segments.to;
}

function chunkOf({ pieces }: Segment, shard: number): number {
  const image = Math.max(1, ...pieces.flatMap((p) => p.uses.map((s) => s.imageBytes)));
  return Math.max(1, Math.min(shard, Math.floor(chunkBytes / image)));
}

function clearsOf(
  { pieces }: Segment,
  uses: ReadonlyMap<Storage, Use>,
  planned: ReadonlySet<Storage>,
): ReadonlyMap<Piece, readonly Storage[]> {
  return new Map(
    pieces.map((piece) => [
      piece,
      [...new Set(piece.uses)].filter((s) => s.bordered && planned.has(s) && uses.get(s)?.first === piece),
    ]),
  );
}

function placeScratchOf(
  { segment, chunk }: Placed,
  schedule: Schedule,
  uses: ReadonlyMap<Storage, Use>,
): number {
  const here = new Set(segment.pieces);
  const local = schedule.planned.filter((s) => {
    const use = uses.get(s);
    return use !== undefined && isLocal(use) && here.has(use.first);
  });
  const work = Math.max(0, ...segment.work.map((b) => b.bytes));
  const always = { from: 0, to: Number.MAX_SAFE_INTEGER };
  const packing = packIntervals([
    ...local.map((s) => ({ ...(uses.get(s)?.pieces ?? never), bytes: chunk * s.imageBytes })),
    ...segment.held.map(({ bytes }) => ({ bytes, ...always })),
    { bytes: work, ...always },
  ]);
  const offset = (i: number): number => packing.offsets[i] ?? 0;
  local.forEach((s, i) => s.place(offset(i), true));
  segment.held.forEach((block, i) => (block.offset = offset(local.length + i)));
  for (const block of segment.work) block.offset = offset(local.length + segment.held.length);
  return packing.bytes;
}

function writeShard(
  { segment, chunk, clears }: Placed,
  writer: ProgramWriter,
  emit: Emit,
  shard: Shard,
  batch: Batch,
): void {
  const each = (write: (piece: Piece) => void): void =>
    segment.pieces.forEach((piece) => {
      writer.label(piece.node);
      write(piece);
    });
  each((piece) => piece.begin?.(emit, shard, batch));
  const end = shard.first + shard.count;
  for (let first = shard.first; first < end; first += chunk) {
    const images: Images = { first, count: Math.min(chunk, end - first), chunk: first };
    each((piece) => {
      for (const storage of clears.get(piece) ?? []) clearBorder(emit, storage, images);
      piece.images?.(emit, images, shard);
    });
  }
  each((piece) => piece.end?.(emit, shard, batch));
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
