/** Any runs brought together as if they were one study: by condition, and nothing pooled that differs. */
import { CairnError, suggestion, UsageError } from '@cairn/core';
import type { RunResult as Trained } from '@cairn/engine';
import type { ConditionResult, RunResult } from '@cairn/report';
import { loadJournal, type JournalView } from '@cairn/tracking';
import type { Host } from '../command.ts';
import { JOURNAL } from './header.ts';
import { placesIn } from './places.ts';
import { runNames } from './run-names.ts';
import type { StoredResult } from './stored-study.ts';

interface NamedRun {
  /** `quickstart/default/kd-t0-s1` */
  readonly name: string;
  readonly journal: JournalView;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * @param wanted runs, `study/profile/condition` or `study/profile`; the first one's condition is the baseline
 * @param command for messages
 * @throws CAIRN_RUN_UNKNOWN, CAIRN_RUN_UNFINISHED, CAIRN_COMPARE_MIXED, CAIRN_JOURNAL_…
 */
export async function namedRuns(
  host: Host,
  wanted: readonly string[],
  command = 'cairn compare',
): Promise<StoredResult> {
  const { runs: store } = placesIn(host.home);
  const all = await runNames(store);
  const names = [...new Set(wanted.flatMap((what) => matching(what, all, command)))];
  const runs: NamedRun[] = [];
  for (const name of names) {
    const journal = await loadJournal(store, `${name}/${JOURNAL}`);
    if (journal !== undefined) runs.push(finished(name, journal, command));
  }
  const places = new Set(runs.map(({ name }) => folderOf(name)));
  const label = ({ name, tags }: NamedRun): string => {
    const condition = tags['cairn.condition'] ?? name;
    return places.size === 1 ? condition : `${folderOf(name)}/${condition}`;
  };
  const groups = Map.groupBy(runs, label);
  for (const [condition, group] of groups) refuseMixed(condition, group);
  refuseOtherData(runs);
  const conditions = [...groups].map(([name, group]): ConditionResult => ({
    name,
    runs: group.map((run) => resultOf(run, store.location)),
  }));
  const numerics = distinct(runs.map(({ tags }) => tags['cairn.numerics'] ?? ''));
  const [baseline = ''] = groups.keys();
  const result = {
    ...({ version: 1, study: 'runs', title: '', question: '', baseline, conditions, teachers: [] } as const),
    profile: [...places].join(' + '),
    numerics: numerics.join(' + '),
    seeds: distinct(conditions.flatMap((c) => c.runs.map((run) => run.seed))),
    teacherSeeds: distinct(conditions.flatMap((c) => c.runs.flatMap((run) => run.teacherSeed ?? []))),
  };
  return { result, notes: [...numericsNote(numerics), ...routeNotes(runs)] };
}

function matching(what: string, all: readonly string[], command: string): readonly string[] {
  const found = all.filter((name) => {
    if (name === what || name.startsWith(`${what}/`)) return true;
    return name.startsWith(`${what}-t`) && /^-t\d+-s\d+$/.test(name.slice(what.length));
  });
  if (found.length > 0) return found;
  // The neighbours; where there are none, the folders.
  const near = all.filter((name) => folderOf(name) === folderOf(what));
  const known = near.length > 0 ? near : distinct(all.map(folderOf));
  throw new UsageError('CAIRN_RUN_UNKNOWN', `${command}: no run of "${what}"`, {
    fix: suggestion(what, known),
  });
}

function finished(name: string, journal: JournalView, command: string): NamedRun {
  if (journal.end?.status === 'FINISHED' && journal.results.length > 0) {
    return { name, journal, tags: journal.tags };
  }
  throw new CairnError('run', 'CAIRN_RUN_UNFINISHED', `${command}: ${name} is not finished`, {
    fix: [`cairn run ${name.split('/')[0]}`, 'or leave it out'],
  });
}

function folderOf(name: string): string {
  return name.split('/').slice(0, 2).join('/');
}

/** Runs of one condition must differ in their seeds alone. */
function refuseMixed(condition: string, [first, ...others]: readonly NamedRun[]): void {
  if (first === undefined) return;
  const own = identity(first);
  for (const other of others) {
    const theirs = identity(other);
    const keys = distinct([...Object.keys(own), ...Object.keys(theirs)]).filter(
      (key) => own[key] !== theirs[key],
    );
    if (keys.length === 0) continue;
    const lines = keys
      .slice(0, 5)
      .map(
        (key) => `${key}: ${own[key] ?? 'none'} in ${first.name}, ${theirs[key] ?? 'none'} in ${other.name}`,
      );
    throw new UsageError(
      'CAIRN_COMPARE_MIXED',
      `cairn compare: runs of ${condition} differ in more than seeds`,
      {
        fix: [...lines, 'leave one of them out, or train the older ones again'],
      },
    );
  }
}

/** Everything that decides a run's numbers, besides its seeds. */
function identity({ journal, tags }: NamedRun): Record<string, string> {
  const { seed: _, ...options } = journal.params;
  return { ...options, numerics: tags['cairn.numerics'] ?? '', data: digestOf(journal) };
}

function digestOf({ datasets }: JournalView): string {
  return datasets.map(({ name, digest }) => `${name} ${digest.slice(0, 12)}`)[0] ?? '';
}

/** Numbers of two test sets are no difference between conditions. */
function refuseOtherData(runs: readonly NamedRun[]): void {
  const [first] = runs;
  const other = runs.find(
    ({ journal }) => first !== undefined && digestOf(journal) !== digestOf(first.journal),
  );
  if (first === undefined || other === undefined) return;
  const fix = [first, other].map(({ name, journal }) => `${name}: ${digestOf(journal)}`);
  throw new UsageError('CAIRN_COMPARE_MIXED', 'cairn compare: these runs saw different data', { fix });
}

function numericsNote(numerics: readonly string[]): string[] {
  if (numerics.length < 2) return [];
  return [`different numerics (${numerics.join(', ')}): a part of the differences may be rounding`];
}

/** One teacher seed should stand for one route. */
function routeNotes(runs: readonly NamedRun[]): string[] {
  const bySeed = Map.groupBy(runs, ({ tags }) => tags['cairn.teacher_seed'] ?? '');
  return [...bySeed].flatMap(([seed, group]) => {
    const routes = distinct(group.flatMap(({ tags }) => tags['cairn.route'] ?? []));
    return routes.length < 2
      ? []
      : [`teacher seed ${seed} stands for ${routes.length} routes: ${routes.join(', ')}`];
  });
}

function resultOf({ name, journal, tags }: NamedRun, location: string): RunResult {
  const { last, best, epochs, cost, seconds, weightsSha256 } = journal.results.at(-1) as unknown as Trained;
  const teacherSeed = tags['cairn.teacher_seed'];
  return {
    seed: Number(tags['cairn.seed']),
    ...(teacherSeed === undefined ? {} : { teacherSeed: Number(teacherSeed) }),
    stages: [],
    decisions: [],
    last: { epoch: epochs, metrics: last },
    best,
    weightsSha256,
    studentEpochs: epochs,
    images: cost.images,
    multiplyAdds: cost.student + cost.teacher + cost.search,
    wallSeconds: seconds,
    reused: true,
    folder: `${location}/${name}`,
  };
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
