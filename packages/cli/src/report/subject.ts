/** What `cairn report` was asked about: a study as its last command planned it, or one run. */
import { CairnError, UsageError } from '@cairn/core';
import type { ConditionResult, StudyResult } from '@cairn/report';
import { readManifest, type StoredManifest } from '@cairn/route';
import { loadJournal, type JournalView } from '@cairn/tracking';
import type { Host } from '../command.ts';
import { NodeStore } from '../files/index.ts';
import { JOURNAL } from '../study/header.ts';
import { namedRuns } from '../study/named-runs.ts';
import { placesIn } from '../study/places.ts';
import { readRunFile, type RunFile } from '../study/run-file.ts';
import { storedStudy } from '../study/stored-study.ts';

export interface ReportRun {
  readonly condition: string;
  readonly seed: number;
  readonly teacherSeed?: number;
  /** `quickstart/default/kd-t0-s1` */
  readonly name: string;
  readonly store: NodeStore;
  readonly journal: JournalView;
  /** Absent where its file is gone. */
  readonly file?: RunFile;
  /** The route that it learned from or is compared with, where it is here. */
  readonly route?: StoredManifest;
}

export interface ReportSubject {
  /** `quickstart/default`, or a run's name. */
  readonly name: string;
  readonly kind: 'study' | 'run';
  readonly result: StudyResult;
  readonly notes: readonly string[];
  readonly runs: readonly ReportRun[];
}

const COMMAND = 'cairn report';

/**
 * @param wanted `study`, `study/profile` or `study/profile/run`
 * @throws as `cairn compare` of the same; CAIRN_REPORT_MANY for a condition
 */
export async function reportSubject(host: Host, wanted: string): Promise<ReportSubject> {
  const kind = wanted.split('/').length < 3 ? 'study' : 'run';
  const { result, notes } =
    kind === 'study' ? await storedStudy(host, wanted, COMMAND) : await namedRuns(host, [wanted], COMMAND);
  if (kind === 'run') refuseMany(wanted, result);
  const runs: ReportRun[] = [];
  const manifests = new Map<string, StoredManifest | undefined>();
  const { routes, runs: all } = placesIn(host.home);
  for (const condition of result.conditions) {
    for (const run of await runsOf(condition, all.location)) {
      const id = run.file?.route?.id;
      if (id !== undefined && !manifests.has(id)) manifests.set(id, await readManifest(routes, id));
      const route = id === undefined ? undefined : manifests.get(id);
      runs.push(route === undefined ? run : { ...run, route });
    }
  }
  const name = kind === 'study' ? `${result.study}/${result.profile}` : (runs[0]?.name ?? wanted);
  return { name, kind, result, notes, runs };
}

function refuseMany(wanted: string, { conditions }: StudyResult): void {
  const runs = conditions.flatMap((condition) => condition.runs);
  if (runs.length === 1) return;
  const names = runs.map(({ folder }) => folder.split(/[/\\]/).slice(-3).join('/'));
  throw new UsageError('CAIRN_REPORT_MANY', `${COMMAND}: "${wanted}" is ${runs.length} runs`, {
    fix: [
      `one of them: ${names.join(', ')}`,
      `or the whole study: ${COMMAND} ${wanted.split('/').slice(0, 2).join('/')}`,
    ],
  });
}

/** @throws CAIRN_REPORT_EMPTY */
export function refuseUnfinished({ result: { study, profile, conditions } }: ReportSubject): void {
  if (conditions.some(({ runs }) => runs.length > 0)) return;
  throw new CairnError('run', 'CAIRN_REPORT_EMPTY', `${COMMAND}: no run of ${study}/${profile} is finished`, {
    fix: [`cairn run ${study} goes on with it`, `cairn runs ${study} says how far it is`],
  });
}

async function runsOf({ name: condition, runs }: ConditionResult, location: string): Promise<ReportRun[]> {
  const found: ReportRun[] = [];
  for (const { folder, seed, teacherSeed } of runs) {
    const store = new NodeStore(folder);
    const journal = await loadJournal(store, JOURNAL);
    if (journal === undefined) continue;
    const file = await readRunFile(store);
    found.push({
      condition,
      seed,
      name: folder.slice(location.length + 1).replaceAll('\\', '/'),
      store,
      journal,
      ...(teacherSeed === undefined ? {} : { teacherSeed }),
      ...(file === undefined ? {} : { file }),
    });
  }
  return found;
}
