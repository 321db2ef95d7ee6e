import type { ClientOptions } from './options.ts';

/** What a tracking URI asks for. Only `http` is for this client; `hint` says what to do about the others. */
export interface TrackingUri {
  readonly kind: 'none' | 'http' | 'file' | 'database' | 'databricks' | 'other';
  /** Without credentials. */
  readonly uri: string;
  readonly hint: string | undefined;
}

export declare function readTrackingUri(uri: string | undefined): TrackingUri;

export interface EnvironmentOptions {
  readonly options: ClientOptions;
  /** What was found and is not supported: one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Options from `MLFLOW_*` variables and, where those give no user, `~/.mlflow/credentials`.
 * @param uri Instead of `MLFLOW_TRACKING_URI`.
 */
export declare function optionsFromEnvironment(
  env?: Readonly<Record<string, string | undefined>>,
  uri?: string,
): Promise<EnvironmentOptions>;
