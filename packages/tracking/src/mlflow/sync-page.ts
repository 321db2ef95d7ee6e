/** What the parent run shows besides its journal: description, tables, figures. Sent again only where it has changed. */
import { canonicalJson, sha256 } from '@cairn/core';
import { sendFiles } from './sync-files.ts';
import type { RunSource, StudyPage } from './source.ts';
import type { RunPlace, SyncedRun } from './sync-run.ts';

/** Longer descriptions are cut by the server, in silence. */
const LONGEST_TAG = 8000;

/** @returns what was left out, a sentence each */
export async function sendPage(
  { session, experiment, signal }: RunPlace,
  source: RunSource,
  { uid }: SyncedRun,
  page: StudyPage,
): Promise<readonly string[]> {
  const { cursors } = session.options;
  const cursor = await cursors.read(uid);
  const run = (await session.runs(experiment, signal)).get(uid);
  if (cursor === undefined || run === undefined) return [];
  // The journal describes the parent too: when it has grown, the page has the last word again.
  const digest = `${cursor.entries} ${await digestOf(page)}`;
  if (cursor.page === digest) return [];
  const description = page.description.slice(0, LONGEST_TAG);
  await session.client.runs.log(
    run.runId,
    { tags: { ...page.tags, 'mlflow.note.content': description } },
    { signal },
  );
  const left = await sendFiles({ session, run, source, signal }, page.files);
  await cursors.write({ ...cursor, page: digest });
  return left;
}

async function digestOf({ description, tags, files }: StudyPage): Promise<string> {
  const digests = await Promise.all(files.map(async ({ path, body }) => [path, await sha256(body)]));
  return sha256(canonicalJson([description, tags, digests]));
}
