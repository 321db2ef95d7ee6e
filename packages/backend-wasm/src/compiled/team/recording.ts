import type { Span } from '@cairn/core';

/** What the threads of a team did and when, for profiles: a ring of calls per thread, emptied after every run. */

/** Calls that a thread can make between two looks. */
const capacity = 2 ** 16;
const fields = 4;
/** Stands for the kernel of a wait at a barrier. */
export const waitKernel = -1;

export interface RecordBuffers {
  readonly counts: SharedArrayBuffer;
  readonly calls: SharedArrayBuffer;
}

/** A kernel call as it was recorded; times in milliseconds since the epoch. */
export interface RecordedCall {
  readonly kernel: number;
  readonly node: number;
  readonly start: number;
  readonly end: number;
}

export function recordBuffers(threads: number): RecordBuffers {
  return {
    counts: new SharedArrayBuffer(4 * threads),
    calls: new SharedArrayBuffer(8 * fields * capacity * threads),
  };
}

/** One thread's ring. */
export class Recorder {
  readonly #counts: Int32Array;
  readonly #calls: Float64Array;
  readonly #thread: number;
  /** Makes times comparable between threads. */
  readonly #origin = performance.timeOrigin;
  #written = 0;
  #read = 0;

  constructor(buffers: RecordBuffers, thread: number) {
    this.#counts = new Int32Array(buffers.counts);
    this.#calls = new Float64Array(buffers.calls, 8 * fields * capacity * thread, fields * capacity);
    this.#thread = thread;
  }

  /** Keeps a call that ends now; without allocating, since calls are microseconds apart. @param start by `performance.now()` */
  add(kernel: number, node: number, start: number): void {
    const at = (this.#written % capacity) * fields;
    this.#calls[at] = kernel;
    this.#calls[at + 1] = node;
    this.#calls[at + 2] = this.#origin + start;
    this.#calls[at + 3] = this.#origin + performance.now();
    this.#written++;
    Atomics.store(this.#counts, this.#thread, this.#written);
  }

  /** What was recorded since the last look. */
  take(): readonly RecordedCall[] {
    const count = Atomics.load(this.#counts, this.#thread);
    const taken: RecordedCall[] = [];
    for (let i = Math.max(this.#read, count - capacity); i < count; i++) {
      const at = (i % capacity) * fields;
      const [kernel = 0, node = 0, start = 0, end = 0] = this.#calls.subarray(at, at + fields);
      taken.push({ kernel, node, start, end });
    }
    this.#read = count;
    return taken;
  }
}

/** The recording of a team: spans by name, in order per thread. */
export class Recording {
  readonly buffers: RecordBuffers;
  readonly #kernels: readonly string[];
  readonly #recorders: readonly Recorder[];
  readonly #spans: Span[] = [];

  constructor(threads: number, kernels: readonly string[]) {
    this.buffers = recordBuffers(threads);
    this.#kernels = kernels;
    this.#recorders = Array.from({ length: threads }, (_, thread) => new Recorder(this.buffers, thread));
  }

  get spans(): readonly Span[] {
    return this.#spans;
  }

  /** Takes up what was recorded in a run. @param nodes of the run's program */
  collect(nodes: readonly string[]): void {
    const origin = performance.timeOrigin;
    this.#recorders.forEach((recorder, thread) => {
      for (const { kernel, node, start, end } of recorder.take()) {
        const name = this.#kernels[kernel] ?? 'wait';
        const kind = kernel === waitKernel ? 'wait' : isConvolution(name) ? 'convolution' : 'other';
        const id = nodes[node];
        const span = { kernel: name, kind, thread, start: start - origin, end: end - origin } as const;
        this.#spans.push(id === undefined || id === '' ? span : { ...span, node: id });
      }
    });
  }
}

/** The products and transforms of convolutions, matrix products among them. */
function isConvolution(kernel: string): boolean {
  return /^(conv|winograd|depthwise|filterGrad|packFilter)/.test(kernel);
}
