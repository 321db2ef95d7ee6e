/**
 * The words by which threads agree on what is done by whom. Every word of a phase carries the low bits of the run that
 * it belongs to, so that a thread that comes late sees that its run is over and touches nothing.
 */
import { mostTasks } from '../program.ts';

/** Phases of the longest program. */
export const mostPhases = 4096;
const words = { run: 0, program: 1, failed: 2, textBytes: 3, claims: 8 } as const;
const textLimit = 4096;
const indexBits = 12;
const tagMask = 2 ** 20 - 1;

/** Spinning is cheaper than sleeping for waits of this length. */
const spinMs = 0.05;
const spinRound = 100;

export interface ControlBuffers {
  readonly words: SharedArrayBuffer;
  readonly text: SharedArrayBuffer;
}

export function controlBuffers(threads: number): ControlBuffers {
  return {
    words: new SharedArrayBuffer(4 * (words.claims + mostPhases * (threads + 1))),
    text: new SharedArrayBuffer(textLimit),
  };
}

export class Control {
  readonly #words: Int32Array;
  readonly #text: Uint8Array;
  readonly #threads: number;
  #written = 0;

  constructor(buffers: ControlBuffers, threads: number) {
    this.#words = new Int32Array(buffers.words);
    this.#text = new Uint8Array(buffers.text);
    this.#threads = threads;
  }

  get run(): number {
    return Atomics.load(this.#words, words.run);
  }

  get program(): number {
    return Atomics.load(this.#words, words.program);
  }

  /** Starts a run: by the main thread, when the run before is over. */
  start(program: number, phases: number): void {
    const run = this.run + 1;
    const fresh = (run & tagMask) << indexBits;
    // Claims of the old run end before the program changes, also in phases that only the old program has.
    const end = words.claims + Math.max(phases, this.#written) * (this.#threads + 1);
    for (let at = words.claims; at < end; at++) Atomics.store(this.#words, at, fresh);
    this.#written = phases;
    Atomics.store(this.#words, words.program, program);
    Atomics.store(this.#words, words.run, run);
    Atomics.notify(this.#words, words.run);
  }

  /** Waits for a run after `seen`. */
  awaitRun(seen: number): void {
    if (this.#spin(() => this.run !== seen)) return;
    while (this.run === seen) Atomics.wait(this.#words, words.run, seen);
  }

  /** The next of `size` tasks of a thread's share; −1 when there is none left, or the run is over. */
  claim(run: number, phase: number, owner: number, size: number): number {
    const at = words.claims + phase * (this.#threads + 1) + 1 + owner;
    const tag = run & tagMask;
    for (;;) {
      const value = Atomics.load(this.#words, at);
      if (value >>> indexBits !== tag || (value & mostTasks) >= size) return -1;
      if (Atomics.compareExchange(this.#words, at, value, value + 1) === value) return value & mostTasks;
    }
  }

  /** Says that a task of a phase of `count` is done. */
  finish(phase: number, count: number): void {
    const at = words.claims + phase * (this.#threads + 1);
    const done = Atomics.add(this.#words, at, 1) + 1;
    if ((done & mostTasks) === count) Atomics.notify(this.#words, at);
  }

  /**
   * Waits until a phase is done. False when the run is over or has failed.
   * @throws RangeError where nothing is done for `patienceMs`
   */
  awaitPhase(run: number, phase: number, count: number, patienceMs: number): boolean {
    const at = words.claims + phase * (this.#threads + 1);
    const done = ((run & tagMask) << indexBits) | count;
    const over = (value: number): boolean => value === done || value >>> indexBits !== (run & tagMask);
    if (!this.#spin(() => over(Atomics.load(this.#words, at)))) this.#sleep(at, over, patienceMs);
    return Atomics.load(this.#words, at) === done;
  }

  #sleep(at: number, over: (value: number) => boolean, patienceMs: number): void {
    const slice = 100;
    let last = Atomics.load(this.#words, at);
    for (let waited = 0; !over(last) && !this.failed;) {
      waited = Atomics.wait(this.#words, at, last, slice) === 'timed-out' ? waited + slice : 0;
      const now = Atomics.load(this.#words, at);
      if (now !== last) waited = 0;
      last = now;
      if (waited >= patienceMs) throw new RangeError(`no task was finished for ${patienceMs / 1000} seconds`);
    }
  }

  #spin(done: () => boolean): boolean {
    const start = performance.now();
    do {
      for (let i = 0; i < spinRound; i++) if (done()) return true;
    } while (performance.now() - start < spinMs);
    return done();
  }

  get failed(): boolean {
    return Atomics.load(this.#words, words.failed) !== 0;
  }

  /** Keeps the first failure and lets nobody wait for what will not come. */
  fail(message: string): void {
    if (Atomics.compareExchange(this.#words, words.failed, 0, 1) !== 0) return;
    const bytes = new TextEncoder().encode(message).subarray(0, textLimit);
    this.#text.set(bytes);
    Atomics.store(this.#words, words.textBytes, bytes.length);
    for (let phase = 0; phase < mostPhases; phase++)
      Atomics.notify(this.#words, words.claims + phase * (this.#threads + 1));
  }

  get failure(): string {
    return new TextDecoder().decode(this.#text.slice(0, Atomics.load(this.#words, words.textBytes)));
  }
}
