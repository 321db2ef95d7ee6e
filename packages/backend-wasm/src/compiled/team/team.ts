/**
 * Threads that run programs over one shared memory: the main thread and workers. Who runs a task never matters to what
 * it computes, so any number of threads gives the same bits.
 */
import { availableParallelism } from 'node:os';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { BackendError, type Span } from '@cairn/core';
import type { KernelModule } from '../../kernel-module.ts';
import { SharedHeap } from '../heap.ts';
import type { EncodedProgram } from '../program.ts';
import { Control, controlBuffers, mostPhases, type ControlBuffers } from './control.ts';
import { Recording } from './recording.ts';
import { kernelNames, TeamThread, type TeamMessage } from './thread.ts';
import type { WorkerSetup } from './worker.ts';

export interface TeamOptions {
  /** Linked for shared memory. */
  readonly module: WebAssembly.Module;
  /** At least 1; not capped here. */
  readonly threads: number;
  /** @default new SharedHeap() */
  readonly heap?: SharedHeap;
  /** How long the main thread waits for others that finish nothing. @default 60000 */
  readonly patienceMs?: number;
}

interface Helper {
  readonly worker: Worker;
  readonly port: MessagePort;
}

export class Team {
  readonly heap: SharedHeap;
  readonly threads: number;
  /** Names by which programs call kernels, in their order. */
  readonly kernels: readonly string[];
  readonly #control: Control;
  readonly #main: TeamThread;
  readonly #patienceMs: number;
  readonly #programs = new Map<number, EncodedProgram>();
  #recording: Recording | undefined;
  #helpers: readonly Helper[] = [];
  #nextProgram = 1;
  #scratch = { address: 0, bytes: 0 };

  private constructor({ module, threads, heap, patienceMs = 60_000 }: TeamOptions, buffers: ControlBuffers) {
    this.heap = heap ?? new SharedHeap();
    this.threads = threads;
    this.kernels = kernelNames(module);
    this.#patienceMs = patienceMs;
    this.#control = new Control(buffers, threads);
    this.#main = new TeamThread({ index: 0, threads, module, memory: this.heap.memory }, this.#control);
  }

  /** Starts the workers; they never keep the process alive. @throws CAIRN_BACKEND_THREAD where one cannot start */
  static async start(options: TeamOptions): Promise<Team> {
    const buffers = controlBuffers(options.threads);
    const team = new Team(options, buffers);
    const others = Array.from({ length: options.threads - 1 }, (_, i) => i + 1);
    team.#helpers = await Promise.all(others.map((index) => team.#hire(index, options.module, buffers)));
    return team;
  }

  /** The kernels on the main thread, bound to the team's memory. */
  get kernelModule(): KernelModule {
    return this.#main.exports as unknown as KernelModule;
  }

  /** Makes a program known to all threads. @throws RangeError for more than 4096 phases */
  add(program: EncodedProgram): number {
    const phases = program.phases.length - 1;
    if (phases > mostPhases) throw new RangeError(`program of ${phases} phases`);
    const id = this.#nextProgram++;
    this.#programs.set(id, program);
    this.#tell({ tell: 'program', id, program });
    return id;
  }

  remove(id: number): void {
    if (this.#programs.delete(id)) this.#tell({ tell: 'forget', id });
  }

  /** Gives every thread at least so much scratch. */
  reserveScratch(bytes: number): void {
    if (bytes <= this.#scratch.bytes) return;
    // An odd number of cache lines apart, so that threads do not crowd the same cache sets.
    const size = Math.ceil(bytes / 4096) * 4096 + 8256;
    const address = this.heap.allocate(size * this.threads, true);
    this.heap.free(this.#scratch.address);
    this.#scratch = { address, bytes };
    this.#main.listen({ tell: 'scratch', address });
    this.#helpers.forEach(({ port }, i) =>
      port.postMessage({ tell: 'scratch', address: address + (i + 1) * size } satisfies TeamMessage),
    );
  }

  /** Runs a program to its end. @throws CAIRN_BACKEND_THREAD; the team is of no use after it */
  run(id: number): void {
    this.#check();
    const program = this.#programs.get(id);
    if (program === undefined) throw new TypeError(`no program ${id}`);
    this.#control.start(id, program.phases.length - 1);
    try {
      this.#main.work(this.#control.run, id, this.#patienceMs);
    } catch (error) {
      this.#control.fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    this.#check();
    this.#recording?.collect(program.nodes);
  }

  /** Records every call from now on. @returns stops, and gives the spans */
  record(): () => readonly Span[] {
    const recording = new Recording(this.threads, this.kernels);
    this.#recording = recording;
    this.#tell({ tell: 'record', buffers: recording.buffers });
    return () => {
      this.#recording = undefined;
      this.#tell({ tell: 'record', buffers: undefined });
      return recording.spans;
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#helpers.map(({ worker }) => worker.terminate()));
    this.#helpers = [];
  }

  #check(): void {
    if (!this.#control.failed) return;
    throw new BackendError('CAIRN_BACKEND_THREAD', `a thread failed: ${this.#control.failure}`, {
      fix: 'report it with this text; the run can be resumed',
    });
  }

  #tell(message: TeamMessage): void {
    this.#main.listen(message);
    for (const { port } of this.#helpers) port.postMessage(message);
  }

  async #hire(index: number, module: WebAssembly.Module, buffers: ControlBuffers): Promise<Helper> {
    const { port1, port2 } = new MessageChannel();
    const { threads } = this;
    const setup: WorkerSetup = { index, threads, module, memory: this.heap.memory, buffers, port: port2 };
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: setup,
      transferList: [port2],
      // What the process was started with (an inline script, a test runner) is not for workers.
      execArgv: [],
    });
    await new Promise<void>((resolve, reject) => {
      worker.once('message', () => resolve());
      worker.once('error', (cause) => reject(notStarted(index, cause)));
      worker.once('exit', () => reject(notStarted(index, this.#control.failure)));
    });
    // Later failures are found by whoever runs a program.
    worker.on('error', (error) => this.#control.fail(String(error)));
    worker.unref();
    port1.unref();
    return { worker, port: port1 };
  }
}

/** How many of the wanted threads the machine has cores for. */
export function affordableThreads(wanted: number): number {
  return Math.max(1, Math.min(wanted, availableParallelism()));
}

function notStarted(index: number, cause: unknown): BackendError {
  return new BackendError('CAIRN_BACKEND_THREAD', `thread ${index} did not start: ${String(cause)}`, {
    fix: 'fewer threads',
    cause,
  });
}
