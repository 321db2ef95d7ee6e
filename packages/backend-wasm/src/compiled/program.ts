/**
 * A program is a list of phases; a phase is a list of tasks that do not depend on each other; a task is a list of
 * kernel calls. Between phases all threads meet. Threads read programs as flat numbers.
 */
import type { KernelModule } from '../kernel-module.ts';

export type KernelName = keyof KernelModule;

/** Appends a kernel call to the task that is being written. Addresses in bytes. */
export type Emit = (kernel: KernelName, ...numbers: readonly number[]) => void;

/** Added to an offset into the scratch of whichever thread runs the task. */
const relativeMark = 2 ** 40;

/** An address in the scratch of the thread that runs the task. */
export function scratchAddress(offset: number): number {
  return relativeMark + offset;
}

/** As threads get it. */
export interface EncodedProgram {
  /** Calls one after the other: kernel, node, number of arguments, arguments. */
  readonly code: Float64Array;
  /** First number of every task in `code`, then the end. */
  readonly tasks: Int32Array;
  /** First task of every phase, then the end. */
  readonly phases: Int32Array;
  /** For people: what the node numbers of calls stand for. */
  readonly nodes: readonly string[];
}

/** More tasks than this do not fit the words by which threads claim them. */
export const mostTasks = 4095;

export class ProgramWriter {
  readonly #kernels: ReadonlyMap<string, number>;
  readonly #code: number[] = [];
  readonly #tasks: number[] = [];
  readonly #phases: number[] = [];
  readonly #nodes = new Map<string, number>([['', 0]]);
  #node = 0;

  /** @param kernels names in the order in which threads number them */
  constructor(kernels: readonly string[]) {
    this.#kernels = new Map(kernels.map((name, i) => [name, i]));
  }

  /** Says which node of the graph the calls that follow work for. */
  label(node: string): void {
    this.#node = this.#nodes.get(node) ?? this.#nodes.size;
    this.#nodes.set(node, this.#node);
  }

  /** Begins a phase. @throws RangeError for more than 4095 tasks */
  phase(tasks: readonly ((emit: Emit) => void)[]): void {
    if (tasks.length > mostTasks) throw new RangeError(`phase of ${tasks.length} tasks`);
    this.#phases.push(this.#tasks.length);
    for (const task of tasks) {
      this.#tasks.push(this.#code.length);
      task((kernel, ...numbers) => {
        const index = this.#kernels.get(kernel);
        if (index === undefined) throw new TypeError(`no kernel "${kernel}"`);
        this.#code.push(index, this.#node, numbers.length, ...numbers);
      });
    }
  }

  encode(): EncodedProgram {
    return {
      code: Float64Array.from(this.#code),
      tasks: Int32Array.from([...this.#tasks, this.#code.length]),
      phases: Int32Array.from([...this.#phases, this.#tasks.length]),
      nodes: [...this.#nodes.keys()],
    };
  }
}

/** The code with scratch addresses made absolute. */
export function placeScratch({ code }: EncodedProgram, base: number): Float64Array {
  return code.map((n) => (n >= relativeMark ? n - relativeMark + base : n));
}
