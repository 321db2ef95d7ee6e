/** When a study's parent run shows something else: its statistics and figures take seconds, so they are made only then. */
import { contentHash } from '@cairn/core';
import type { PageSource } from '@cairn/tracking';
import type { Host } from '../command.ts';
import { PAGE } from '../report/write.ts';
import { JOURNAL } from '../study/header.ts';
import { placesIn } from '../study/places.ts';
import { version } from '../version.ts';
import { studyPage } from './study-page.ts';
import { runFolders, type StudyName } from './study-source.ts';

/** Undefined until a student is finished. @param say told what was left out */
export async function pageSource(
  host: Host,
  name: StudyName,
  say: (text: string) => void,
): Promise<PageSource | undefined> {
  const runs = await finishedRuns(host, name);
  if (runs.length === 0) return undefined;
  const { reports } = placesIn(host.home);
  const page = (await reports.files(`${name.study}/${name.profile}`)).find((file) => file.name === PAGE);
  // What `cairn report` has made since the last run has figures that only networks can give.
  const current = page !== undefined && runs.every(({ used }) => used < page.used);
  const journals = runs.map(({ run, bytes }) => [run, bytes] as const);
  return {
    state: await contentHash([version, journals, current ? page.used : 0]),
    make: () => studyPage(host, name, { reported: current, say }),
  };
}

interface FinishedJournal {
  readonly run: string;
  readonly bytes: number;
  /** Milliseconds. */
  readonly used: number;
}

/** The journals of those that have their last weights. */
async function finishedRuns(
  { home }: Host,
  { study, profile }: StudyName,
): Promise<readonly FinishedJournal[]> {
  const folder = placesIn(home).study(study, profile);
  const found: FinishedJournal[] = [];
  for (const run of await runFolders(folder)) {
    if (!(await folder.list(`${run}/weights`)).includes('last.safetensors')) continue;
    const journal = (await folder.files(run)).find((file) => file.name === JOURNAL);
    if (journal !== undefined) found.push({ run, bytes: journal.bytes, used: journal.used });
  }
  return found;
}
