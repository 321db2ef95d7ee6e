/** What the server holds, in camelCase. Times are milliseconds since 1970, steps whole numbers, sizes bytes. */

/** Pairs in the order of the server's answer. */
export type Texts = Readonly<Record<string, string>>;

/** What a param or tag may be given as; it is sent as `String(value)`. */
export type Scalar = string | number | bigint | boolean;

export type RunStatus = 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED';
export type LifecycleStage = 'active' | 'deleted';
export type ViewType = 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL';

export interface Experiment {
  readonly experimentId: string;
  readonly name: string;
  readonly artifactLocation: string;
  readonly lifecycleStage: LifecycleStage;
  readonly tags: Texts;
}

/** One point of a series. What distinguishes points is key, step, timestamp and value together. */
export interface Metric {
  readonly key: string;
  readonly value: number;
  /** A safe integer; may be negative. */
  readonly step: number;
  /** Milliseconds since 1970; fractions are cut off. */
  readonly timestamp: number;
  readonly datasetName?: string;
  readonly datasetDigest?: string;
  /** The logged model that was measured. */
  readonly modelId?: string;
}

export interface DatasetInput {
  readonly name: string;
  /** At most 36 characters: the first 16 to 32 hex digits of a SHA-256, say. */
  readonly digest: string;
  readonly sourceType: string;
  readonly source: string;
  readonly schema?: string;
  /** JSON text, `{"num_rows": 50000}`. */
  readonly profile?: string;
  /** The tag `mlflow.data.context`: `train`, `val`, `test`. */
  readonly context?: string;
}

/** A logged model as the result of a run. */
export interface ModelOutput {
  readonly modelId: string;
  readonly step: number;
}

export interface Run {
  readonly runId: string;
  readonly experimentId: string;
  readonly name: string;
  readonly userId: string;
  readonly status: RunStatus;
  readonly startTime: number | undefined;
  readonly endTime: number | undefined;
  readonly artifactUri: string;
  readonly lifecycleStage: LifecycleStage;
  /** The latest point of each key: highest step, then timestamp, then value. */
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly params: Texts;
  readonly tags: Texts;
  readonly datasets: readonly DatasetInput[];
  readonly modelInputs: readonly string[];
  readonly modelOutputs: readonly ModelOutput[];
}

export interface LoggedModel {
  readonly modelId: string;
  readonly experimentId: string;
  readonly name: string;
  readonly modelType: string;
  readonly sourceRunId: string;
  readonly status: string;
  readonly artifactUri: string;
  readonly creationTime: number | undefined;
  readonly params: Texts;
  readonly tags: Texts;
}

export interface ArtifactInfo {
  /** From the root of the run's artifacts, with `/`. */
  readonly path: string;
  readonly isFolder: boolean;
  /** Undefined for folders. */
  readonly bytes: number | undefined;
}

/** One page of a search. `nextPageToken` is undefined on the last one. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextPageToken: string | undefined;
}

/** What was sent otherwise than given, or not at all. */
export interface Warning {
  readonly kind: 'param-cut' | 'tag-cut' | 'text-mended' | 'non-finite';
  readonly key: string;
  readonly message: string;
  /** Of `non-finite`: points of this key that were left out, and the step of the first. */
  readonly count?: number;
  readonly firstStep?: number;
}
