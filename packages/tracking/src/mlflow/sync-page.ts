/** What the parent run shows besides its journal: description, tables, figures. Made and sent only where it has changed. */
import { sendFiles } from './sync-files.ts';
import type { PageSource, RunSource } from './source.ts';
import type { RunPlace, SyncedRun } from './sync-run.ts';

/** Longer descriptions are cut by the server, in silence. */
const LONGEST_TAG = 8000;

/** @returns what was left out, a sentence each */
export async function sendPage(
  { session, experiment, signal }: RunPlace,
  source: RunSource,
  { uid }: SyncedRun,
  page: PageSource,
): Promise<readonly string[]> {
  const { cursors } = session.options;
  const cursor = await cursors.read(uid);
  const run = (await session.runs(experiment, signal)).get(uid);
  if (cursor === undefined || run === undefined) return [];
  // The journal describes the parent too: when it has grown, the page has the last word again.
  const state = `${cursor.entries} ${page.state}`;
  if (cursor.page === state) return [];
  const { description, tags, files, figures } = await page.make();
  const note = { 'mlflow.note.content': description.slice(0, LONGEST_TAG) };
  await session.client.runs.log(run.runId, { tags: { ...tags, ...note } }, { signal });
  const place = { session, run, source, signal };
  const left = [...(await sendFiles(place, files))];
  for await (const file of figures) left.push(...(await sendFiles(place, [file])));
  await cursors.write({ ...cursor, page: state });
  return left;
}
