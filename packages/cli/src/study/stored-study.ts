/** A study as its last `cairn run` left it: from its plan and journals, without data and backend. */
import { suggestion, UsageError } from '@cairn/core';
import type { StudyResult } from '@cairn/report';
import type { Host } from '../command.ts';
import { counted } from '../format.ts';
import { collectResults } from './collect.ts';
import { markLooked } from './declaration.ts';
import { placesIn } from './places.ts';
import { runNames } from './run-names.ts';
import { studyStatus } from './status.ts';
import { readWork } from './work-file.ts';

export interface StoredResult {
  readonly result: StudyResult;
  /** What of the study is not in it, and why. */
  readonly notes: readonly string[];
}

/**
 * @param wanted `study` or `study/profile`
 * @param command for messages
 * @throws CAIRN_STUDY_ABSENT, CAIRN_PLAN_MISSING, CAIRN_PLAN_DAMAGED, CAIRN_JOURNAL_…
 */
export async function storedStudy(
  host: Host,
  wanted: string,
  command = 'cairn compare',
): Promise<StoredResult> {
  const [name = '', given] = wanted.split('/');
  const places = placesIn(host.home);
  const names = await runNames(places.runs);
  const profile = given ?? (await profileOf(host, name, { names, command }));
  if (!names.some((run) => run.startsWith(`${name}/${profile}/`)))
    throw absent(`${name}/${profile}`, { names, command });
  const store = places.study(name, profile);
  const { plan } = await readWork(store);
  const stored = { study: plan.study, profile, plan, places, store };
  const status = await studyStatus(stored, false);
  const result = await collectResults(stored, status);
  const planned = new Set(plan.runs.map((run) => `${name}/${profile}/${run.id}`));
  const others = names.filter((run) => run.startsWith(`${name}/${profile}/`) && !planned.has(run));
  await markLooked(store, 'comparison', result, new Date());
  const notes = [
    ...(result.warnings ?? []).map((text) => `warning: ${text}`),
    ...[...status.runs].flatMap(([id, { state, text }]) =>
      state === 'reused' ? [] : [`not counted: ${id}, ${text}`],
    ),
    ...(others.length === 0
      ? []
      : [`not counted: ${counted(others.length, 'run')} that the last "cairn run ${name}" did not plan`]),
    ...otherProfiles(names, name, profile),
  ];
  return { result, notes };
}

/** Runs that are here, and who asks. */
interface Asked {
  readonly names: readonly string[];
  readonly command: string;
}

/** The only profile that was run; of several the study's default one. */
async function profileOf(host: Host, study: string, { names, command }: Asked): Promise<string> {
  const profiles = profilesIn(names, study);
  const [only, ...more] = profiles;
  if (only === undefined) throw absent(study, { names, command });
  if (more.length === 0) return only;
  const known = host.studies.names.includes(study);
  const preferred = known ? (await host.studies.load(study)).defaultProfile : 'default';
  if (profiles.includes(preferred)) return preferred;
  throw new UsageError('CAIRN_PROFILE_MISSING', `${command} ${study}: which of its profiles?`, {
    fix: profiles.map((profile) => `${command} ${study}/${profile}`),
  });
}

function profilesIn(names: readonly string[], study: string): string[] {
  const own = names.filter((run) => run.startsWith(`${study}/`));
  return [...new Set(own.map((run) => run.split('/')[1] ?? ''))];
}

function otherProfiles(names: readonly string[], study: string, profile: string): string[] {
  const others = profilesIn(names, study).filter((other) => other !== profile);
  return others.length === 0 ? [] : [`other profiles: ${others.join(', ')}`];
}

function absent(wanted: string, { names, command }: Asked): UsageError {
  const depth = wanted.split('/').length;
  const known = [...new Set(names.map((run) => run.split('/').slice(0, depth).join('/')))];
  const fix = known.length === 0 ? 'no runs yet: cairn run quickstart' : suggestion(wanted, known);
  return new UsageError('CAIRN_STUDY_ABSENT', `${command}: no runs of "${wanted}"`, { fix });
}
