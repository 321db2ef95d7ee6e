/** How a run stands: what its journal's end says, whether somebody is at it, and whether it still counts. */
import type { RunRecord } from '@cairn/core';
import type { RunStatus } from 'mlflow-js-client';
import type { JournalEntry } from '../records.ts';
import type { RunCursor } from './cursor.ts';
import type { RunSource } from './source.ts';
import type { RunPlace } from './sync-run.ts';

export function startOf(
  entries: readonly JournalEntry[],
): Extract<RunRecord, { type: 'run_start' }> | undefined {
  return entries.flatMap((e) => (e.kind === 'record' && e.record.type === 'run_start' ? [e.record] : []))[0];
}

/** What the run's end says; without one whether somebody is at it: a process that was killed leaves no word. */
export async function sendStatus(
  { session, signal }: RunPlace,
  source: RunSource,
  entries: readonly JournalEntry[],
  cursor: RunCursor,
): Promise<RunStatus> {
  const last = entries.findLast((e) => e.kind !== 'unknown');
  const end = last?.kind === 'record' && last.record.type === 'run_end' ? last.record : undefined;
  const status: RunStatus = end?.status ?? ((await source.active()) ? 'RUNNING' : 'KILLED');
  const endTime = end?.endTime ?? (status === 'KILLED' ? last?.time : undefined);
  const { superseded = false } = source;
  const said = `${status} ${endTime ?? ''}${superseded ? MARK : ''}`;
  if (cursor.status === said) return status;
  const { name, tags } = superseded ? supersededAs(entries) : { name: undefined, tags: {} };
  const update = { status, name, ...(endTime === undefined ? {} : { endTime: Math.trunc(endTime) }) };
  await session.client.runs.update(cursor.runId, update, { signal });
  await session.client.runs.log(cursor.runId, { tags: { 'cairn.status': status, ...tags } }, { signal });
  await session.options.cursors.write({ ...cursor, status: said });
  return status;
}

const MARK = ' (superseded)';

/** Its own name and group, so that the means of its condition are those of the runs that count. */
function supersededAs(entries: readonly JournalEntry[]): {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
} {
  const start = startOf(entries);
  const condition = start?.tags['cairn.condition'];
  return {
    name: `${start?.name ?? ''}${MARK}`,
    tags: {
      'cairn.superseded': 'true',
      ...(condition === undefined ? {} : { 'cairn.condition': `${condition}${MARK}` }),
    },
  };
}
