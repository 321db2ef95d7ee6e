/** What one synchroniser knows of a server's experiment: looked up once, forgotten when something is not as expected. */
import {
  MlflowError,
  type Experiment,
  type LoggedModel,
  type MlflowClient,
  type Run,
} from 'mlflow-js-client';
import type { Cursors } from './cursor.ts';

/** The tag by which a run is found again, whoever sent it. */
export const UID = 'cairn.run_uid';

/** Of the weights of a logged model. */
export const MODEL_SHA = 'cairn.sha256';

export interface SyncOptions {
  readonly client: MlflowClient;
  readonly cursors: Cursors;
  /** What the experiment is called there, instead of the study's name. */
  readonly experimentName?: string | undefined;
  /** An experiment that is there. */
  readonly experimentId?: string | undefined;
  /** NaN and infinities. @default 'skip' */
  readonly nonFinite?: 'skip' | 'send' | undefined;
  /** Journal lines sent before the cursor is written. @default 500 */
  readonly chunk?: number | undefined;
  /** Bytes of the largest file that is sent. @default 32 MiB */
  readonly largestFile?: number | undefined;
}

export class SyncSession {
  readonly options: SyncOptions;
  #experiment: Promise<Experiment> | undefined;
  #runs: Promise<Map<string, Run>> | undefined;
  #models: Promise<Map<string, LoggedModel> | undefined> | undefined;

  constructor(options: SyncOptions) {
    this.options = options;
  }

  get client(): MlflowClient {
    return this.options.client;
  }

  /** Everything is looked up again. */
  forget(): void {
    this.#experiment = undefined;
    this.#runs = undefined;
    this.#models = undefined;
  }

  /** Made where there is none; brought back where somebody deleted it. */
  experiment(
    name: string,
    tags: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<Experiment> {
    const { experimentId, experimentName = name } = this.options;
    const { experiments } = this.client;
    this.#experiment ??= this.#kept(
      experimentId === undefined
        ? experiments.getOrCreate({ name: experimentName, tags }, { restore: true, signal })
        : experiments.get(experimentId, { signal }),
    );
    return this.#experiment;
  }

  /**
   * The experiment's runs that a synchroniser made, by their uid. Two machines may have made a run at the same moment:
   * both keep the one with the smaller id, and the other goes.
   */
  runs({ experimentId }: Experiment, signal?: AbortSignal): Promise<Map<string, Run>> {
    this.#runs ??= this.#kept(this.#allRuns(experimentId, signal));
    return this.#runs;
  }

  async #allRuns(experimentId: string, signal: AbortSignal | undefined): Promise<Map<string, Run>> {
    const runs = new Map<string, Run>();
    const doubles: Run[] = [];
    for await (const run of this.client.runs.searchAll([experimentId], { signal })) {
      const uid = run.tags[UID];
      if (uid === undefined) continue;
      const other = runs.get(uid);
      if (other !== undefined) doubles.push(run.runId < other.runId ? other : run);
      if (other === undefined || run.runId < other.runId) runs.set(uid, run);
    }
    for (const { runId } of doubles) await this.client.runs.delete(runId, { signal });
    return runs;
  }

  /** The experiment's logged models by the digest of their weights; undefined where the server has none (2.x). */
  models({ experimentId }: Experiment, signal?: AbortSignal): Promise<Map<string, LoggedModel> | undefined> {
    this.#models ??= this.#kept(this.#allModels(experimentId, signal));
    return this.#models;
  }

  async #allModels(
    experimentId: string,
    signal: AbortSignal | undefined,
  ): Promise<Map<string, LoggedModel> | undefined> {
    const models = new Map<string, LoggedModel>();
    try {
      for await (const model of this.client.models.searchAll([experimentId], { signal })) {
        const digest = model.tags[MODEL_SHA];
        if (digest !== undefined) models.set(digest, model);
      }
    } catch (error) {
      if (error instanceof MlflowError && error.errorCode === 'ENDPOINT_NOT_FOUND') return undefined;
      throw error;
    }
    return models;
  }

  /** What could not be looked up is asked again. */
  #kept<T>(answer: Promise<T>): Promise<T> {
    answer.catch(() => this.forget());
    return answer;
  }
}
