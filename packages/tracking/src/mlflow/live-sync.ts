/**
 * Sends a study while it trains, in the process that only watches over the workers. Nothing waits for it: passes go
 * one after the other beside the study, a server that does not answer is asked again later, and at the end there is
 * a bounded time. What did not get through is in the journals.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { MlflowError } from 'mlflow-js-client';
import type { StudyReport, StudySync } from './sync-study.ts';

export interface LiveOptions {
  /** Told once for each kind of trouble. */
  readonly warn: (text: string) => void;
  /** Milliseconds between two passes. @default 2000 */
  readonly every?: number;
  /** Milliseconds after a failure; doubled each time up to `longest`. @default 2000 */
  readonly backoff?: number;
  /** @default 60000 */
  readonly longest?: number;
}

export class LiveSync {
  readonly #sync: StudySync;
  readonly #options: Required<LiveOptions>;
  /** Ends the pauses. */
  readonly #stop = new AbortController();
  /** Ends what is under way. */
  readonly #kill = new AbortController();
  readonly #told = new Set<string>();
  #failures = 0;
  #loop: Promise<void> | undefined;

  constructor(sync: StudySync, options: LiveOptions) {
    this.#sync = sync;
    this.#options = { every: 2000, backoff: 2000, longest: 60_000, ...options };
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#pass();
      try {
        await sleep(this.#pause(), undefined, { signal: this.#stop.signal, ref: false });
      } catch {
        return; // told to stop
      }
    }
  }

  #pause(): number {
    const { every, backoff, longest } = this.#options;
    return this.#failures === 0 ? every : Math.min(longest, backoff * 2 ** (this.#failures - 1));
  }

  /** Whether all was sent. Never throws: whatever happens here is no matter of the training. */
  async #pass(): Promise<boolean> {
    const { signal } = this.#kill;
    try {
      const report = await this.#sync.pass(signal);
      this.#failures = 0;
      this.#tellProblems(report);
      return report.problems.length === 0;
    } catch (error) {
      this.#failures++;
      if (!signal.aborted) this.#tell(error);
      return false;
    }
  }

  #tellProblems({ problems }: StudyReport): void {
    for (const { name, error } of problems) {
      const hint = error instanceof MlflowError ? error.hint : error.fix[0];
      this.#warn(`MLflow does not get ${name}: ${error.message}${hint === undefined ? '' : `; ${hint}`}`);
    }
  }

  #tell(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    const hint = error instanceof MlflowError && error.hint !== undefined ? `; ${error.hint}` : '';
    // One outage is one warning, however its failures spell themselves.
    if (this.#told.size > 0) return;
    this.#warn(`MLflow: ${text}${hint}; training goes on, the journals keep everything`);
  }

  #warn(text: string): void {
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.#options.warn(text);
  }

  /**
   * Ends the passes with a last one.
   * @param milliseconds that it may take, whatever the server does
   * @returns whether everything is on the server
   */
  async close(milliseconds: number): Promise<boolean> {
    this.#stop.abort();
    const deadline = setTimeout(() => this.#kill.abort(), milliseconds);
    try {
      await this.#loop;
      return await this.#pass();
    } finally {
      clearTimeout(deadline);
    }
  }
}
