/** One pass over a study: everything that its journals have and the server has not. */
import { CairnError } from '@cairn/core';
import { MlflowError } from 'mlflow-js-client';
import { Freshness } from './freshness.ts';
import type { SyncSession } from './session.ts';
import type { RunSource, StudySource } from './source.ts';
import { sendPage } from './sync-page.ts';
import { syncRun, type RunPlace, type SyncedRun } from './sync-run.ts';

/** A run that could not be sent: its journal is damaged or newer, or the server refuses something of it. */
export interface SyncProblem {
  readonly name: string;
  readonly error: CairnError | MlflowError;
}

export interface StudyReport {
  readonly experimentId: string;
  readonly experiment: string;
  /** The runs that were looked at, the parent first. */
  readonly runs: readonly SyncedRun[];
  readonly problems: readonly SyncProblem[];
  /** Of the parent's page. */
  readonly left: readonly string[];
}

export class StudySync {
  readonly #session: SyncSession;
  readonly #source: StudySource;
  readonly #fresh = new Freshness();
  #badPage: string | undefined;

  constructor(session: SyncSession, source: StudySource) {
    this.#session = session;
    this.#source = source;
  }

  /**
   * Sends what is new. A run with a fault does not keep the others back.
   * @throws MlflowError where the server cannot be reached or refuses the study as a whole; the signal's reason
   */
  async pass(signal?: AbortSignal): Promise<StudyReport> {
    const [session, source] = [this.#session, this.#source];
    const experiment = await session.experiment(source.experiment, experimentTags(source), signal);
    const place = { session, experiment, signal };
    const runs: SyncedRun[] = [];
    const problems: SyncProblem[] = [];
    const parent = await this.#one(place, source.parent, problems);
    if (parent !== undefined) runs.push(parent);
    const parentRunId = parent?.runId ?? this.#fresh.runIdOf(source.parent);
    for (const run of await source.runs()) {
      const synced = await this.#one({ ...place, parentRunId }, run, problems);
      if (synced !== undefined) runs.push(synced);
    }
    const left = await this.#page(place, problems);
    return { experimentId: experiment.experimentId, experiment: experiment.name, runs, problems, left };
  }

  async #one(place: RunPlace, run: RunSource, problems: SyncProblem[]): Promise<SyncedRun | undefined> {
    const state = await this.#fresh.look(run);
    if (state === undefined) return undefined;
    try {
      const synced = await syncRun(place, run);
      if (synced !== undefined) this.#fresh.sent(run, state, synced);
      return synced;
    } catch (error) {
      if (error instanceof MlflowError && error.retryable) throw error;
      if (!(error instanceof MlflowError) && !(error instanceof CairnError)) throw error;
      // Something is not as it was looked up: deleted there, or moved. The next pass looks again.
      if (error instanceof MlflowError) this.#session.forget();
      problems.push({ name: run.name, error });
      return undefined;
    }
  }

  /** A page that cannot be made keeps nothing back. It is tried again when it would be another one. */
  async #page(place: RunPlace, problems: SyncProblem[]): Promise<readonly string[]> {
    const { parent, page: ask } = this.#source;
    const synced = this.#fresh.syncedOf(parent);
    const page = synced === undefined ? undefined : await ask?.();
    if (synced === undefined || page === undefined || page.state === this.#badPage) return [];
    try {
      return await sendPage(place, parent, synced, page);
    } catch (error) {
      if (!(error instanceof CairnError)) throw error;
      this.#badPage = page.state;
      problems.push({ name: parent.name, error });
      return [];
    }
  }
}

/** The layout for training rather than for language models, and the number that its lists sort by. */
function experimentTags({ description }: StudySource): Record<string, string> {
  return {
    'mlflow.experimentKind': 'custom_model_development',
    'mlflow.experiment.primaryMetric.name': 'final/top1',
    'mlflow.experiment.primaryMetric.greaterIsBetter': 'True',
    ...(description === undefined ? {} : { 'mlflow.note.content': description.slice(0, 5000) }),
  };
}
