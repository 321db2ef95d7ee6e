/** A synchroniser of one study for one server: the client of the environment, the cursors of the target, a lock. */
import { createHash } from 'node:crypto';
import { createClient, readEnvironment, type MlflowClient, type RetryOptions } from 'mlflow-js-client';
import { Cursors, StudySync, SyncSession, type StudySource } from '@cairn/tracking';
import type { Host } from '../command.ts';
import { acquireLock, NodeStore, type OwnerLock } from '../files/index.ts';
import type { StudyName } from './study-source.ts';

export interface OpenSync {
  readonly sync: StudySync;
  readonly client: MlflowClient;
  /** Variables that are set and have no effect, a sentence each. */
  readonly ignored: readonly string[];
  readonly close: () => void;
}

export interface SyncTarget {
  /** `http://…` */
  readonly uri: string;
  /** Where its cursors and locks lie. */
  readonly folder: string;
}

/** Below `.cairn/sync`; a managed server has a folder of its own, since its port changes. */
export function targetFolder(home: string, uri: string): string {
  const digest = createHash('sha256').update(uri.replace(/\/+$/, '')).digest('hex').slice(0, 16);
  return `${home}/sync/${digest}`;
}

/** For a server beside a training: what does not answer soon is asked again by the next pass. */
export const IMPATIENT = { timeoutMs: 15_000, retry: { retries: 1, backoffMs: 500, jitterMs: 250 } } as const;

export interface OpenOptions {
  readonly nonFinite?: 'skip' | 'send';
  readonly patience?: { readonly timeoutMs: number; readonly retry: RetryOptions };
}

/** @throws CAIRN_STUDY_LOCKED where another process sends this study to this server; MlflowError */
export async function openSync(
  host: Pick<Host, 'env' | 'typed'>,
  target: SyncTarget,
  name: StudyName,
  source: StudySource,
  { nonFinite = nonFiniteOf(host.env), patience }: OpenOptions = {},
): Promise<OpenSync> {
  const { options, experimentName, experimentId, runId, warnings } = await readEnvironment(
    host.env,
    target.uri,
  );
  const folder = `${target.folder}/cursors/${name.study}/${name.profile}`;
  const lock: OwnerLock = await acquireLock(`${folder}/owner.lock`, {
    what: `the synchroniser of ${name.study}/${name.profile}`,
    command: host.typed,
  });
  const client = createClient({ ...options, ...patience });
  const cursors = new Cursors(new NodeStore(folder));
  const session = new SyncSession({ client, cursors, experimentName, experimentId, nonFinite });
  return {
    client,
    ignored: [...warnings, ...(runId === undefined ? [] : [RUN_ID])],
    sync: new StudySync(session, source),
    close() {
      client.close();
      lock.release();
    },
  };
}

const RUN_ID =
  'MLFLOW_RUN_ID is set and not used: a study has runs of its own, one for each condition and seed.';

function nonFiniteOf(env: Host['env']): 'skip' | 'send' {
  return env['CAIRN_MLFLOW_NONFINITE'] === 'send' ? 'send' : 'skip';
}
