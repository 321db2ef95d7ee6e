/**
 * The shared memory in which compiled networks live, and who has which part of it. Blocks are 64-byte aligned, cleared,
 * and followed by some bytes that nobody else has: kernels may read a few floats past their operands.
 */
import { BackendError } from '@cairn/core';

const alignment = 64;
const slack = 128;
const page = 65536;
/** 4 GB: what 32-bit addresses reach. */
const mostPages = 65536;

interface Gap {
  readonly start: number;
  readonly end: number;
}

const roundUp = (bytes: number, to: number): number => Math.ceil(bytes / to) * to;

export class SharedHeap {
  readonly memory: WebAssembly.Memory;
  readonly #limit: number;
  #gaps: readonly Gap[];
  readonly #blocks = new Map<number, number>();
  #end: number;
  /** Blocks of the attempt that is on its way. */
  #attempted: number[] | undefined;

  /** @param limit bytes that may be used; by default all that addresses reach */
  constructor(limit = mostPages * page) {
    this.memory = new WebAssembly.Memory({ initial: 16, maximum: mostPages, shared: true });
    this.#limit = Math.min(limit, mostPages * page);
    this.#end = this.memory.buffer.byteLength;
    // Address 0 stands for an operand that is absent.
    this.#gaps = [{ start: alignment, end: this.#end }];
  }

  /** Bytes that blocks hold at this moment. */
  get usedBytes(): number {
    return [...this.#blocks.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /**
   * Address of a cleared block.
   * @param outlives an attempt in which it is allocated
   * @throws CAIRN_BACKEND_MEMORY
   */
  allocate(bytes: number, outlives = false): number {
    const size = roundUp(bytes + slack, alignment);
    const address = this.#take(size) ?? this.#takeAfterGrowth(size);
    this.#blocks.set(address, size);
    if (!outlives) this.#attempted?.push(address);
    new Uint8Array(this.memory.buffer, address, size).fill(0);
    return address;
  }

  /** Gives a block back; nothing happens for an address that has none. */
  free(address: number): void {
    const size = this.#blocks.get(address);
    if (size === undefined) return;
    this.#blocks.delete(address);
    this.#addGap({ start: address, end: address + size });
  }

  /** Runs; where that throws, the blocks that it allocated are given back. */
  attempt<T>(run: () => T): T {
    const outer = this.#attempted;
    const attempted: number[] = [];
    this.#attempted = attempted;
    try {
      const result = run();
      outer?.push(...attempted);
      return result;
    } catch (error) {
      for (const address of attempted) this.free(address);
      throw error;
    } finally {
      this.#attempted = outer;
    }
  }

  /** A view of float32 values; valid as long as their block. */
  floats(address: number, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, count);
  }

  ints(address: number, count: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, count);
  }

  #take(size: number): number | undefined {
    const gap = this.#gaps.find(({ start, end }) => end - start >= size);
    if (gap === undefined) return undefined;
    const rest = { start: gap.start + size, end: gap.end };
    this.#gaps = this.#gaps.flatMap((g) => (g === gap ? (rest.start < rest.end ? [rest] : []) : [g]));
    return gap.start;
  }

  #takeAfterGrowth(size: number): number {
    const last = this.#gaps.at(-1);
    const tail = last?.end === this.#end ? last.end - last.start : 0;
    // Growth is slow: at least 4 MB at a time.
    const wanted = roundUp(Math.max(size - tail, 4 * 2 ** 20), page);
    const missing = roundUp(size - tail, page);
    const room = this.#limit - this.#end;
    this.#grow(wanted <= room ? wanted : missing, size);
    return this.#take(size) ?? this.#full(size);
  }

  #grow(bytes: number, size: number): void {
    if (this.#end + bytes > this.#limit) this.#full(size);
    try {
      this.memory.grow(bytes / page);
    } catch (cause) {
      this.#full(size, cause);
    }
    this.#addGap({ start: this.#end, end: this.#end + bytes });
    this.#end += bytes;
  }

  #addGap(gap: Gap): void {
    const sorted = [...this.#gaps, gap].sort((a, b) => a.start - b.start);
    const joined: Gap[] = [];
    for (const next of sorted) {
      const last = joined.at(-1);
      if (last !== undefined && last.end === next.start)
        joined.splice(-1, 1, { start: last.start, end: next.end });
      else joined.push(next);
    }
    this.#gaps = joined;
  }

  #full(bytes: number, cause?: unknown): never {
    throw new BackendError(
      'CAIRN_BACKEND_MEMORY',
      `compiled networks: got a request for ${bytes} bytes on top of ${this.usedBytes}`,
      {
        fix: `${this.#limit} bytes in all: a smaller batch, or fewer networks at a time`,
        ...(cause === undefined ? {} : { cause }),
      },
    );
  }
}
