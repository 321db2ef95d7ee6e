/** Real MLflow servers for tests. */

export type ServerLine = '3' | '2';

export interface RealServer {
  readonly uri: string;
  /** Its stores; removed by `stop`. */
  readonly folder: string;
  /** Also the database and artifacts, unless `keep`. */
  readonly stop: () => Promise<void>;
  /** Ends it at once, as a crash would; the stores stay. */
  readonly kill: () => Promise<void>;
  /** Starts it again on the same port and stores. */
  readonly restart: () => Promise<void>;
}

/** The `mlflow` executable of a line: `CAIRN_MLFLOW_3`, `CAIRN_MLFLOW_2`, else the workspace's `.venv`; or why there is none. */
export declare function findMlflow(
  line: ServerLine,
): { readonly path: string } | { readonly missing: string };

/** Starts a server on a free port and a temporary folder, and waits until it is healthy. */
export declare function startServer(line: ServerLine): Promise<RealServer>;
