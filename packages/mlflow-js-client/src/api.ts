/**
 * The calls of a client. Every one rejects with `MlflowError`, and with the signal's reason where it was aborted.
 * `search` gives one page, for the caller to go on from; what returns an `AsyncIterable` goes through all pages.
 * "Not repeated": where the answer gets lost the call rejects, `retryable`, and the server may have done it.
 */
import type { CallOptions } from './options.ts';
import type {
  ArtifactInfo,
  DatasetInput,
  Experiment,
  LoggedModel,
  Metric,
  ModelOutput,
  Page,
  Run,
  RunStatus,
  Scalar,
  ViewType,
  Warning,
} from './types.ts';

export interface MlflowClient {
  /** Without credentials and without a trailing slash. */
  readonly uri: string;
  readonly server: ServerApi;
  readonly experiments: ExperimentsApi;
  readonly runs: RunsApi;
  readonly models: ModelsApi;
  readonly artifacts: ArtifactsApi;
  /** Reads back what was sent to a run and says what differs. Rejects only if it cannot read. */
  readonly verify: (runId: string, sent: Sent, options?: VerifyOptions) => Promise<Verification>;
  /** Closes idle connections. A client that is not closed keeps no process alive. */
  readonly close: () => void;
}

export interface ServerApi {
  /** Whether `GET /health` answers OK; false where nothing answers. One try, no retries. */
  readonly healthy: (options?: CallOptions & { readonly timeoutMs?: number }) => Promise<boolean>;
  /** `3.17.2`. */
  readonly version: (options?: CallOptions) => Promise<string>;
}

export interface NewExperiment {
  /** At most 500 characters. */
  readonly name: string;
  readonly artifactLocation?: string | undefined;
  readonly tags?: Readonly<Record<string, Scalar>> | undefined;
}

export interface SearchOptions extends CallOptions {
  /** `params.lr = '0.1' and metrics.loss < 1`, in MLflow's language. */
  readonly filter?: string | undefined;
  /** `metrics.loss ASC`. */
  readonly orderBy?: readonly string[] | undefined;
  /** MLflow's `max_results`: 1 to 50,000. @default 1000, of models 100 */
  readonly pageSize?: number | undefined;
  /** @default 'ACTIVE_ONLY' */
  readonly viewType?: ViewType | undefined;
  readonly pageToken?: string | undefined;
}

export interface ExperimentsApi {
  /** Its id. Not repeated. */
  readonly create: (experiment: NewExperiment, options?: CallOptions) => Promise<string>;
  readonly get: (experimentId: string, options?: CallOptions) => Promise<Experiment>;
  /** Also a deleted one; undefined if there is none. */
  readonly getByName: (name: string, options?: CallOptions) => Promise<Experiment | undefined>;
  /**
   * By its name; tags and place are those of the one that is there. Safe when several do it at once.
   * A deleted one of this name rejects with a hint, unless it is to be restored.
   */
  readonly getOrCreate: (
    experiment: NewExperiment,
    options?: CallOptions & { readonly restore?: boolean },
  ) => Promise<Experiment>;
  readonly search: (options?: SearchOptions) => Promise<Page<Experiment>>;
  readonly searchAll: (options?: Omit<SearchOptions, 'pageToken'>) => AsyncIterable<Experiment>;
  readonly setTag: (experimentId: string, key: string, value: Scalar, options?: CallOptions) => Promise<void>;
  /** Not repeated. */
  readonly delete: (experimentId: string, options?: CallOptions) => Promise<void>;
  /** Not repeated. */
  readonly restore: (experimentId: string, options?: CallOptions) => Promise<void>;
}

export interface NewRun {
  readonly experimentId: string;
  readonly name?: string | undefined;
  readonly userId?: string | undefined;
  /** Honoured when in the past. @default now */
  readonly startTime?: number | undefined;
  /** Here one that is too long is refused, not cut. */
  readonly tags?: Readonly<Record<string, Scalar>> | undefined;
  /** The run becomes a child: tag `mlflow.parentRunId`. */
  readonly parentRunId?: string | undefined;
}

export interface RunUpdate {
  readonly status?: RunStatus | undefined;
  readonly endTime?: number | undefined;
  readonly name?: string | undefined;
}

/** In any order and of any length. It is split by the server's limits; params go first and alone. */
export interface LogBatch {
  readonly metrics?: readonly Metric[] | undefined;
  readonly params?: Readonly<Record<string, Scalar>> | undefined;
  readonly tags?: Readonly<Record<string, Scalar>> | undefined;
}

export interface LogOptions extends CallOptions {
  /** NaN and ±Infinity: leave the points out and warn, or send them (±Infinity reads back as ±1.797e308). @default 'skip' */
  readonly nonFinite?: 'skip' | 'send' | undefined;
  /** Texts longer than the server keeps: cut and warn, or reject before anything is sent. @default 'cut' */
  readonly tooLong?: 'cut' | 'refuse' | undefined;
}

export interface LogReport {
  readonly requests: number;
  readonly metrics: number;
  readonly params: number;
  readonly tags: number;
  readonly warnings: readonly Warning[];
}

export interface RunsApi {
  /** Not repeated, so that no run is made twice. */
  readonly create: (run: NewRun, options?: CallOptions) => Promise<Run>;
  /**
   * The run of this experiment whose tag `uniqueTag` has the value given in `run.tags`; made if there is none.
   * Where an answer got lost it looks before it makes another.
   */
  readonly getOrCreate: (
    run: NewRun,
    uniqueTag: string,
    options?: CallOptions,
  ) => Promise<{ readonly run: Run; readonly created: boolean }>;
  readonly update: (runId: string, update: RunUpdate, options?: CallOptions) => Promise<void>;
  readonly get: (runId: string, options?: CallOptions) => Promise<Run>;
  readonly search: (experimentIds: readonly string[], options?: SearchOptions) => Promise<Page<Run>>;
  readonly searchAll: (
    experimentIds: readonly string[],
    options?: Omit<SearchOptions, 'pageToken'>,
  ) => AsyncIterable<Run>;
  readonly delete: (runId: string, options?: CallOptions) => Promise<void>;
  readonly restore: (runId: string, options?: CallOptions) => Promise<void>;

  /** Nothing is sent if any of it is invalid. Repeating it is safe: equal points are kept once. */
  readonly log: (runId: string, batch: LogBatch, options?: LogOptions) => Promise<LogReport>;
  /** `log` of one point. */
  readonly logMetric: (runId: string, metric: Metric, options?: LogOptions) => Promise<LogReport>;
  /** `log` of one param. */
  readonly logParam: (runId: string, key: string, value: Scalar, options?: LogOptions) => Promise<LogReport>;
  /** `log` of one tag. */
  readonly setTag: (runId: string, key: string, value: Scalar, options?: LogOptions) => Promise<LogReport>;
  /** Not repeated. A tag that is not there is `RESOURCE_DOES_NOT_EXIST`. */
  readonly deleteTag: (runId: string, key: string, options?: CallOptions) => Promise<void>;
  /** Those that are there already, by name and digest, stay as they are. */
  readonly logDatasets: (
    runId: string,
    datasets: readonly DatasetInput[],
    options?: CallOptions,
  ) => Promise<void>;
  /** Logged models that the run started from. Needs MLflow 3. */
  readonly logModelInputs: (
    runId: string,
    modelIds: readonly string[],
    options?: CallOptions,
  ) => Promise<void>;
  /** Logged models that the run made, at a step. One that is there already is refused. Not repeated. Needs MLflow 3. */
  readonly logModelOutputs: (
    runId: string,
    outputs: readonly ModelOutput[],
    options?: CallOptions,
  ) => Promise<void>;
  /** Every point of one series in the server's order, by step as a rule. */
  readonly metricHistory: (
    runId: string,
    key: string,
    options?: CallOptions & { readonly pageSize?: number },
  ) => AsyncIterable<Metric>;
}

export interface NewLoggedModel {
  readonly experimentId: string;
  readonly name: string;
  readonly sourceRunId?: string | undefined;
  readonly modelType?: string | undefined;
  readonly params?: Readonly<Record<string, Scalar>> | undefined;
  readonly tags?: Readonly<Record<string, Scalar>> | undefined;
}

/** Needs MLflow 3: an older server rejects with `ENDPOINT_NOT_FOUND`. */
export interface ModelsApi {
  /** Not repeated. Names have no `/ : . %` and no quotes. */
  readonly create: (model: NewLoggedModel, options?: CallOptions) => Promise<LoggedModel>;
  readonly get: (modelId: string, options?: CallOptions) => Promise<LoggedModel>;
  /** MLflow's `finalize`: its files are there, or will not be. */
  readonly finish: (
    modelId: string,
    status: 'READY' | 'UPLOAD_FAILED',
    options?: CallOptions,
  ) => Promise<LoggedModel>;
  readonly setTags: (
    modelId: string,
    tags: Readonly<Record<string, Scalar>>,
    options?: CallOptions,
  ) => Promise<void>;
  /** One that is there already is refused. Not repeated. */
  readonly logParams: (
    modelId: string,
    params: Readonly<Record<string, Scalar>>,
    options?: CallOptions,
  ) => Promise<void>;
  readonly search: (
    experimentIds: readonly string[],
    options?: Omit<SearchOptions, 'viewType' | 'orderBy'>,
  ) => Promise<Page<LoggedModel>>;
  readonly searchAll: (
    experimentIds: readonly string[],
    options?: Omit<SearchOptions, 'viewType' | 'orderBy' | 'pageToken'>,
  ) => AsyncIterable<LoggedModel>;
}

/** Whose artifacts: a `Run` or a `LoggedModel` as it is, or just their `artifactUri`. */
export interface ArtifactOwner {
  readonly artifactUri: string;
  readonly runId?: string | undefined;
}

/** Bytes, or a file that is streamed from disk. */
export type ArtifactBody = Uint8Array | string | { readonly file: string };

export interface TransferOptions extends CallOptions {
  /** Compares the size with what the server lists, at the cost of a listing of the folder. @default true */
  readonly check?: boolean | undefined;
}

export interface ArtifactsApi {
  /** Whether files can be put there: false for `s3:` and the like, which need credentials of their own. */
  readonly canUpload: (owner: ArtifactOwner) => boolean;
  /** One folder; nothing where there is none. */
  readonly list: (
    owner: ArtifactOwner,
    folder?: string,
    options?: CallOptions,
  ) => Promise<readonly ArtifactInfo[]>;
  /** All files below a folder. */
  readonly listAll: (
    owner: ArtifactOwner,
    folder?: string,
    options?: CallOptions,
  ) => Promise<readonly ArtifactInfo[]>;
  /** Replaces what is there. @throws MlflowError `TRANSFER_INCOMPLETE` if another size is there afterwards */
  readonly upload: (
    owner: ArtifactOwner,
    path: string,
    body: ArtifactBody,
    options?: TransferOptions,
  ) => Promise<ArtifactInfo>;
  /** Into memory. @throws MlflowError `RESOURCE_DOES_NOT_EXIST`, `TRANSFER_INCOMPLETE` */
  readonly download: (owner: ArtifactOwner, path: string, options?: TransferOptions) => Promise<Uint8Array>;
  /** Into a file, streamed; it is there whole or not at all. Its folder must be there. @throws as `download` */
  readonly downloadTo: (
    owner: ArtifactOwner,
    path: string,
    file: string,
    options?: TransferOptions,
  ) => Promise<void>;
}

/** What was sent to a run. All of it is compared except artifacts' contents. */
export interface Sent extends LogBatch {
  readonly datasets?: readonly DatasetInput[] | undefined;
  readonly artifacts?: readonly { readonly path: string; readonly bytes: number }[] | undefined;
  readonly status?: RunStatus | undefined;
  readonly endTime?: number | undefined;
}

export interface VerifyOptions extends CallOptions {
  /** As it was sent. Points that were left out are not compared. @default 'skip' */
  readonly nonFinite?: LogOptions['nonFinite'];
  /** Points of these keys that were not sent are differences too. @default false */
  readonly exact?: boolean;
}

export interface Difference {
  readonly kind: 'metric' | 'param' | 'tag' | 'dataset' | 'artifact' | 'run';
  readonly key: string;
  /** One sentence: what was sent, what is there. */
  readonly message: string;
}

export interface Verification {
  readonly ok: boolean;
  readonly differences: readonly Difference[];
  /** How many of each were compared. */
  readonly compared: Readonly<Record<'metrics' | 'params' | 'tags' | 'datasets' | 'artifacts', number>>;
}
