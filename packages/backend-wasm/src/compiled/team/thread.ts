/** What the main thread and the workers do alike: hold an instance of the kernels and run tasks of programs. */
import { placeScratch, type EncodedProgram } from '../program.ts';
import type { Control } from './control.ts';
import { Recorder, waitKernel, type RecordBuffers } from './recording.ts';

type Kernel = (...numbers: number[]) => unknown;

interface Held {
  readonly program: EncodedProgram;
  /** Without scratch addresses; undefined until the first run, and after the scratch has moved. */
  placed: Float64Array | undefined;
}

/** What the main thread tells the others. */
export type TeamMessage =
  | { readonly tell: 'program'; readonly id: number; readonly program: EncodedProgram }
  | { readonly tell: 'forget'; readonly id: number }
  | { readonly tell: 'scratch'; readonly address: number }
  /** Records every call from now on, or no longer. */
  | { readonly tell: 'record'; readonly buffers: RecordBuffers | undefined };

export interface ThreadSetup {
  readonly index: number;
  readonly threads: number;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

/** Names of the module's kernels in the order in which programs number them. */
export function kernelNames(module: WebAssembly.Module): readonly string[] {
  return WebAssembly.Module.exports(module).map(({ name }) => name);
}

export class TeamThread {
  /** The kernels by name. */
  readonly exports: WebAssembly.Exports;
  readonly #kernels: readonly Kernel[];
  readonly #control: Control;
  readonly #index: number;
  readonly #threads: number;
  readonly #programs = new Map<number, Held>();
  #scratch = 0;
  #recorder: Recorder | undefined;

  constructor({ index, threads, module, memory }: ThreadSetup, control: Control) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    this.exports = exports;
    this.#kernels = kernelNames(module).map((name) => exports[name] as Kernel);
    this.#control = control;
    this.#index = index;
    this.#threads = threads;
  }

  listen(message: TeamMessage): void {
    switch (message.tell) {
      case 'program':
        this.#programs.set(message.id, { program: message.program, placed: undefined });
        break;
      case 'forget':
        this.#programs.delete(message.id);
        break;
      case 'record':
        this.#recorder = message.buffers && new Recorder(message.buffers, this.#index);
        break;
      case 'scratch':
        this.#scratch = message.address;
        for (const held of this.#programs.values()) held.placed = undefined;
    }
  }

  /** Takes part in a run until it is over. False where the program is unknown here. */
  work(run: number, id: number, patienceMs: number): boolean {
    const held = this.#programs.get(id);
    if (held === undefined) return false;
    held.placed ??= placeScratch(held.program, this.#scratch);
    const { phases } = held.program;
    for (let phase = 0; phase < phases.length - 1; phase++) {
      const first = phases[phase] ?? 0;
      const count = (phases[phase + 1] ?? 0) - first;
      this.#claimAll(run, { phase, first, count }, held, held.placed);
      if (count > 0 && !this.#await(run, phase, count, patienceMs)) return true;
    }
    return true;
  }

  #await(run: number, phase: number, count: number, patienceMs: number): boolean {
    const start = this.#recorder === undefined ? 0 : performance.now();
    const goesOn = this.#control.awaitPhase(run, phase, count, patienceMs);
    this.#recorder?.add(waitKernel, 0, start);
    return goesOn;
  }

  /** Its own share first, then what others have not begun. */
  #claimAll(run: number, { phase, first, count }: Phase, { program }: Held, code: Float64Array): void {
    const { tasks } = program;
    for (let i = 0; i < this.#threads; i++) {
      const owner = (this.#index + i) % this.#threads;
      const start = Math.floor((owner * count) / this.#threads);
      const size = Math.floor(((owner + 1) * count) / this.#threads) - start;
      for (;;) {
        const claimed = this.#control.claim(run, phase, owner, size);
        if (claimed < 0) break;
        const task = first + start + claimed;
        this.#runTask(code, tasks[task] ?? 0, tasks[task + 1] ?? 0);
        this.#control.finish(phase, count);
      }
    }
  }

  #runTask(code: Float64Array, start: number, end: number): void {
    const recorder = this.#recorder;
    for (let at = start; at < end;) {
      const [index = 0, node = 0, count = 0] = [code[at], code[at + 1], code[at + 2]];
      const kernel = this.#kernels[index] as Kernel;
      const begun = recorder === undefined ? 0 : performance.now();
      call(kernel, code, at + 3, count);
      recorder?.add(index, node, begun);
      at += 3 + count;
    }
  }
}

interface Phase {
  readonly phase: number;
  /** First of its tasks. */
  readonly first: number;
  readonly count: number;
}

/** Without an array of arguments: calls are a fraction of a microsecond apart. Kernels ignore arguments past theirs. */
function call(kernel: Kernel, c: Float64Array, i: number, count: number): void {
  const n = (k: number): number => c[i + k] as number;
  if (count <= 4) kernel(n(0), n(1), n(2), n(3));
  else if (count <= 8) kernel(n(0), n(1), n(2), n(3), n(4), n(5), n(6), n(7));
  else if (count <= 12) kernel(n(0), n(1), n(2), n(3), n(4), n(5), n(6), n(7), n(8), n(9), n(10), n(11));
  else if (count <= 16)
    // prettier-ignore
    kernel(
      n(0), n(1), n(2), n(3), n(4), n(5), n(6), n(7), n(8), n(9), n(10), n(11), n(12), n(13), n(14), n(15),
    );
  else kernel(...c.subarray(i, i + count));
}
