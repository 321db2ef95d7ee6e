/** A synchroniser between a small study and a real server. */
import { MemoryStore, type Store } from '@cairn/core';
import { createClient, type MlflowClient, type Run } from 'mlflow-js-client';
import type { RealServer } from 'mlflow-js-client/test-support';
import { Cursors } from '../mlflow/cursor.ts';
import { SyncSession, type SyncOptions } from '../mlflow/session.ts';
import { StudySync } from '../mlflow/sync-study.ts';
import { finishedStudy, type SmallStudy } from './small-study.ts';

/** A study, a server and what a synchroniser keeps of it. */
export interface Ground {
  readonly study: SmallStudy;
  readonly client: MlflowClient;
  readonly cursors: Store;
  readonly name: string;
}

let experiments = 0;

export async function ground(server: () => RealServer, study?: SmallStudy): Promise<Ground> {
  const client = createClient({ uri: server().uri });
  const name = `experiment ${process.pid}-${experiments++}`;
  return { study: study ?? (await finishedStudy()), client, cursors: new MemoryStore(), name };
}

export function syncOf(
  { study, client, cursors, name }: Ground,
  options: Pick<SyncOptions, 'chunk' | 'nonFinite'> = {},
): StudySync {
  const session = new SyncSession({
    client,
    cursors: new Cursors(cursors),
    experimentName: name,
    ...options,
  });
  return new StudySync(session, study.source);
}

export async function runsThere({ client, name }: Ground): Promise<readonly Run[]> {
  const experiment = await client.experiments.getByName(name);
  const runs: Run[] = [];
  for await (const run of client.runs.searchAll([experiment?.experimentId ?? ''])) runs.push(run);
  return runs.sort((a, b) => a.name.localeCompare(b.name));
}
