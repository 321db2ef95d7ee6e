/** What round trips share: a client of a real server, an experiment, and ways to read back. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll } from 'vitest';
import type { MlflowClient } from '../api.ts';
import { createClient } from '../client.ts';
import { MlflowError } from '../errors.ts';
import type { Experiment, Metric, Run } from '../types.ts';
import type { ServerLine } from './find-mlflow.ts';
import type { RealServer } from './real-server.ts';

export const TIME = Date.UTC(2024, 1, 3, 4, 5, 6, 789);

/** Its parts are there inside a test only. */
export interface RoundTrips {
  readonly line: ServerLine;
  readonly server: () => RealServer;
  readonly client: MlflowClient;
  readonly experiment: Experiment;
  readonly folder: string;
  readonly newRun: (name: string) => Promise<Run>;
  readonly history: (runId: string, key: string, pageSize?: number) => Promise<Metric[]>;
  readonly failure: (promise: Promise<unknown>) => Promise<MlflowError>;
}

export function roundTrips(line: ServerLine, server: () => RealServer): RoundTrips {
  let client: MlflowClient;
  let experiment: Experiment;
  let folder: string;
  beforeAll(async () => {
    client = createClient({ uri: server().uri, retry: { retries: 0 } });
    experiment = await client.experiments.getOrCreate({ name: 'Versuch ö 漢字 😀', tags: { kind: 'test' } });
    folder = await mkdtemp(join(tmpdir(), 'mlflow-real-'));
    return async () => {
      client.close();
      await rm(folder, { recursive: true });
    };
  }, 60_000);
  return {
    line,
    server,
    get client() {
      return client;
    },
    get experiment() {
      return experiment;
    },
    get folder() {
      return folder;
    },
    newRun: (name) => client.runs.create({ experimentId: experiment.experimentId, name, startTime: TIME }),
    history: async (runId, key, pageSize) => {
      const found: Metric[] = [];
      const options = pageSize === undefined ? {} : { pageSize };
      for await (const metric of client.runs.metricHistory(runId, key, options)) found.push(metric);
      return found;
    },
    failure: async (promise) => {
      const error: unknown = await promise.catch((reason: unknown) => reason);
      if (error instanceof MlflowError) return error;
      throw new Error('no MlflowError', { cause: error });
    },
  };
}
