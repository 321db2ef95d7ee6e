/** What is derived from weights and kept until they change: packed, folded and transformed filters. */
import type { SharedHeap } from './heap.ts';
import type { Emit, ProgramWriter } from './program.ts';
import { scratchAddress } from './program.ts';

type Task = (emit: Emit) => void;

const roundUp = (bytes: number): number => Math.ceil((bytes + 64) / 64) * 64;

export class Preparation {
  readonly #heap: SharedHeap;
  readonly #blocks: number[] = [];
  readonly #tasks: Task[] = [];
  #scratchBytes = 0;

  constructor(heap: SharedHeap) {
    this.#heap = heap;
  }

  get scratchBytes(): number {
    return this.#scratchBytes;
  }

  /** A block that lives as long as the preparation. */
  block(bytes: number): number {
    const address = this.#heap.allocate(bytes);
    this.#blocks.push(address);
    return address;
  }

  /** Adds a task; it may use scratch of the given sizes. */
  add(sizes: readonly number[], write: (emit: Emit, scratch: readonly number[]) => void): void {
    let end = 0;
    const scratch = sizes.map((bytes) => {
      const address = scratchAddress(end);
      end += roundUp(bytes);
      return address;
    });
    this.#scratchBytes = Math.max(this.#scratchBytes, end);
    this.#tasks.push((emit) => write(emit, scratch));
  }

  write(writer: ProgramWriter): void {
    writer.phase(this.#tasks);
  }

  dispose(): void {
    for (const address of this.#blocks.splice(0)) this.#heap.free(address);
  }
}
