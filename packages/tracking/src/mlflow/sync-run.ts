/** One run, from where the server has it to where its journal is. */
import { userInfo } from 'node:os';
import type { Experiment, Run, RunStatus } from 'mlflow-js-client';
import type { JournalEntry } from '../records.ts';
import { readLines } from '../read-lines.ts';
import type { RunCursor } from './cursor.ts';
import { project, type Projection } from './project.ts';
import { SAMPLES, samplePoints } from './samples.ts';
import { UID, type SyncSession } from './session.ts';
import type { RunSource } from './source.ts';
import { configFile, resultFiles, sendFiles, sendJournalled, STAGES, tablesTag } from './sync-files.ts';
import { sendAnchors, sendStudent } from './sync-models.ts';
import { sendStatus, startOf } from './sync-status.ts';

export const JOURNAL_FILE = 'journal.jsonl';

export interface SyncedRun {
  readonly name: string;
  readonly uid: string;
  readonly runId: string;
  /** Journal lines sent now. */
  readonly lines: number;
  readonly status: RunStatus;
  /** What is not on the server and why. */
  readonly left: readonly string[];
}

export interface RunPlace {
  readonly session: SyncSession;
  readonly experiment: Experiment;
  /** On the server. */
  readonly parentRunId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Undefined where nothing has been recorded. @throws MlflowError, CAIRN_JOURNAL_… */
export async function syncRun(place: RunPlace, source: RunSource): Promise<SyncedRun | undefined> {
  const { session, signal } = place;
  const bytes = await source.store.read(JOURNAL_FILE);
  if (bytes === undefined) return undefined;
  const { entries } = readLines(bytes, `${source.store.location}/${JOURNAL_FILE}`);
  const begun = await begin(place, entries, source);
  if (begun === undefined) return undefined;
  const { run, created } = begun;
  let { cursor } = begun;
  await adopt(place, run);
  const left: string[] = [];
  if (created) {
    left.push(...(await sendFiles({ session, run, source, signal }, await configFile(source))));
    await session.options.cursors.write(cursor);
  }
  const from = cursor.entries;
  const { chunk = 500 } = session.options;
  while (cursor.entries < entries.length) {
    const to = Math.min(entries.length, cursor.entries + chunk);
    const [before, after] = [project(entries.slice(0, cursor.entries)), project(entries.slice(0, to))];
    left.push(...(await sendDifference({ ...place, run, source }, before, after)));
    cursor = { ...cursor, entries: to };
    await session.options.cursors.write(cursor);
  }
  cursor = await sendSamples(place, source, cursor);
  const status = await sendStatus(place, source, entries, cursor);
  const { uid } = cursor;
  return { name: source.name, uid, runId: run.runId, lines: entries.length - from, status, left };
}

interface Begun {
  readonly run: Run;
  readonly cursor: RunCursor;
  /** Made now, or not known by the cursor. */
  readonly created: boolean;
}

/** The run on the server: the one that the cursor means, one with the same uid, or a new one. */
async function begin(
  place: RunPlace,
  entries: readonly JournalEntry[],
  { superseded = false }: RunSource,
): Promise<Begun | undefined> {
  const { session, experiment, parentRunId, signal } = place;
  const start = startOf(entries);
  if (start === undefined) return undefined;
  const { uid, name, startTime } = start;
  const { cursors } = session.options;
  const { experimentId } = experiment;
  const known = (await session.runs(experiment, signal)).get(uid);
  if (known === undefined && superseded) return undefined;
  const cursor = await cursors.read(uid);
  const sent =
    cursor !== undefined && cursor.entries <= entries.length && cursor.experimentId === experimentId;
  if (sent && known?.runId === cursor.runId) return { run: known, cursor, created: false };
  const wanted = { experimentId, name, startTime, userId: userName(), parentRunId, tags: { [UID]: uid } };
  const run = known ?? (await session.client.runs.getOrCreate(wanted, UID, { signal })).run;
  (await session.runs(experiment, signal)).set(uid, run);
  const fresh: RunCursor = { version: 1, uid, experimentId, runId: run.runId, entries: 0, samples: 0 };
  return { run, cursor: fresh, created: true };
}

const PARENT = 'mlflow.parentRunId';

/** A parent that was deleted and made again has another id. */
async function adopt({ session, parentRunId, signal }: RunPlace, run: Run): Promise<void> {
  if (parentRunId === undefined || run.tags[PARENT] === parentRunId) return;
  await session.client.runs.setTag(run.runId, PARENT, parentRunId, { signal });
}

/** Whom MLflow's own client would name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown'); // a container may have no name for its user
  }
}

async function sendDifference(
  place: RunPlace & { readonly run: Run; readonly source: RunSource },
  before: Projection,
  after: Projection,
): Promise<readonly string[]> {
  const { session, run, source, signal } = place;
  const { nonFinite = 'skip' } = session.options;
  const datasets = after.datasets.slice(before.datasets.length);
  const [result] = after.results.slice(before.results.length).slice(-1);
  const tags = {
    ...changed(before.tags, after.tags),
    ...(result === undefined ? {} : tablesTag([STAGES])),
  };
  const params = changed(before.params, after.params);
  const metrics = after.metrics.slice(before.metrics.length);
  await session.client.runs.log(run.runId, { params, metrics, tags }, { nonFinite, signal });
  if (datasets.length > 0) await session.client.runs.logDatasets(run.runId, datasets, { signal });
  const files = { session, run, source, signal };
  const left = [...(await sendJournalled(files, after.files.slice(before.files.length)))];
  if (result !== undefined) left.push(...(await sendFiles(files, resultFiles(result.result))));
  const models = { ...files, experiment: place.experiment };
  if (left.length > 0) await leftOut(place, run, left);
  left.push(...(await sendAnchors(models, after.anchors.slice(before.anchors.length))));
  const { student } = after;
  if (student !== undefined && student.sha256 !== before.student?.sha256) {
    left.push(...(await sendStudent(models, student, `student-${run.name}`)));
  }
  return left;
}

function changed(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(after).filter(([key, value]) => before[key] !== value));
}

async function sendSamples(place: RunPlace, source: RunSource, cursor: RunCursor): Promise<RunCursor> {
  const bytes = await source.store.read(SAMPLES);
  if (bytes === undefined) return cursor;
  const { lines, points } = samplePoints(new TextDecoder().decode(bytes), cursor.samples);
  if (lines <= cursor.samples) return cursor;
  const { session, signal } = place;
  await session.client.runs.log(cursor.runId, { metrics: points }, { signal });
  const next = { ...cursor, samples: lines };
  await session.options.cursors.write(next);
  return next;
}

/** Before the cursor moves on: who is killed here says it again. What a model lacks stands with the model. */
async function leftOut({ session, signal }: RunPlace, run: Run, left: readonly string[]): Promise<void> {
  const text = [...new Set(left)].join('\n');
  await session.client.runs.setTag(run.runId, 'cairn.left_out', text, { signal });
}

/** All that a run's journal says, as it is sent. @throws CAIRN_JOURNAL_… */
export async function projectRun({ store }: Pick<RunSource, 'store'>): Promise<Projection> {
  const bytes = (await store.read(JOURNAL_FILE)) ?? new Uint8Array();
  return project(readLines(bytes, `${store.location}/${JOURNAL_FILE}`).entries);
}
