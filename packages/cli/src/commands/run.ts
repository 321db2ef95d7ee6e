import { availableParallelism } from 'node:os';
import { runSpec } from '../args/specs.ts';
import type { FlagValues, JsonTarget } from '../args/flags.ts';
import type { Call, Command, ExitCode, Host } from '../command.ts';
import { acquireLock } from '../files/index.ts';
import { beginLive } from '../mlflow/live.ts';
import { coloured, print, printJson, unicode, widthOf } from '../output.ts';
import { cacheLimit } from '../study/cache-limit.ts';
import { profileJson, profileStep, shown } from '../profile/profile-step.ts';
import { collectResults } from '../study/collect.ts';
import { shareCores, type Cores } from '../study/cores.ts';
import { declareStudy, markLooked } from '../study/declaration.ts';
import { dueOf, teachersOf } from '../study/due.ts';
import { execute } from '../study/execute.ts';
import { learnSpeed } from '../study/learn-speed.ts';
import { openStudy, type OpenedStudy } from '../study/open-study.ts';
import { planJson } from '../study/plan-json.ts';
import { writePinned } from '../study/pinned.ts';
import { plannedCache } from '../study/planned-cache.ts';
import { provenanceOf } from '../study/provenance.ts';
import { headLines, planLines } from '../study/show-plan.ts';
import { readSpeed } from '../study/speed.ts';
import { studyStatus, type StudyStatus } from '../study/status.ts';
import { beginStudyJournal, type StudyJournal } from '../study/study-journal.ts';
import { supersede } from '../study/supersede.ts';
import { studyWarnings, warningLines } from '../study/warning-lines.ts';
import { writeWork } from '../study/work-file.ts';
import { resultTable } from '../table/table.ts';
import { LiveTerminal } from '../terminal/live-terminal.ts';

type Flags = FlagValues<typeof runSpec.flags>;

const CHECKPOINT_SECONDS = 15;

/** `cairn run <study>` */
export const run: Command<typeof runSpec.flags> = {
  spec: runSpec,
  async execute(call, host) {
    const { flags } = call;
    const answersJson = flags.json !== undefined && flags.json.file === undefined;
    const stream = answersJson ? host.err : host.out;
    const view = { stream, unicode: unicode(host.env), colour: coloured(stream, host.env) };
    const live = new LiveTerminal(view);
    try {
      const opened = await open(call, host, live);
      if (flags.profileStep !== undefined) return await showProfile(host, opened, flags, flags.profileStep);
      if (flags.plan) return await showPlan(host, opened, flags, live);
      return await train(host, opened, flags, live);
    } finally {
      live.stop();
    }
  },
};

function open(
  { arguments: [name = ''], flags, overrides }: Call<typeof runSpec.flags>,
  host: Host,
  live: LiveTerminal,
) {
  const { profile, seeds, teacherSeeds, teacherRoute, only, backend } = flags;
  // Only a profile computes in this process.
  const threads = flags.profileStep === undefined ? 1 : (flags.threads ?? availableParallelism());
  const request = { name, profile, seeds, teacherSeeds, teacherRoute, only, backend, threads, overrides };
  // Plan and profile leave the disk as it is.
  return openStudy(host, request, {
    fetch: !flags.plan && flags.profileStep === undefined,
    say: (text) => live.say(text),
  });
}

/** No run trains, so what is there stays as it is. */
async function showProfile(
  host: Host,
  opened: OpenedStudy,
  { json, checkpointSeconds = CHECKPOINT_SECONDS }: Flags,
  { file }: JsonTarget,
): Promise<ExitCode> {
  const profile = await profileStep(host, opened, { every: checkpointSeconds, file });
  if (json !== undefined) await printJson(host, json, profileJson(profile));
  if (json === undefined || json.file !== undefined) {
    print(host.out, shown(opened, profile, widthOf(host.out)));
  }
  return 0;
}

async function showPlan(
  host: Host,
  opened: OpenedStudy,
  flags: Flags,
  live: LiveTerminal,
): Promise<ExitCode> {
  const status = await studyStatus(opened, flags.fresh);
  const cache = plannedCache(opened.plan, status, cacheLimit(host, flags.cacheLimit));
  const cores = coresFor(opened, status, flags);
  const pace = { cores, speed: await speedOf(opened), cache };
  const head = headLines(opened, status, pace);
  const warnings = await warningLines(opened, status);
  live.show({ type: 'say', lines: [...head, ...warnings, ...planLines(opened, status, pace)] });
  if (flags.json !== undefined) {
    const warned = { warnings: await studyWarnings(opened, status) };
    await printJson(host, flags.json, { ...planJson(opened, status, cache), ...warned });
  }
  return 0;
}

async function train(host: Host, opened: OpenedStudy, flags: Flags, live: LiveTerminal): Promise<ExitCode> {
  const { study, profile, store, plan, backend } = opened;
  const name = `${study.id}/${profile}`;
  const lock = await acquireLock(`${store.location}/owner.lock`, {
    what: `study ${name}`,
    command: host.typed,
  });
  try {
    // Under the lock: nobody else changes what is there.
    const status = await studyStatus(opened, flags.fresh);
    const speed = await speedOf(opened);
    const cache = plannedCache(plan, status, cacheLimit(host, flags.cacheLimit));
    const cores = coresFor(opened, status, flags);
    const head = headLines(opened, status, { cores, speed, cache });
    live.show({ type: 'say', lines: [...head, ...(await warningLines(opened, status))] });
    const journal = await prepare(host, opened, status, flags, live);
    const mlflow = await beginLive(host, opened.places, { study: study.id, profile }, (text) =>
      live.say(text),
    );
    await writePinned(store, { backend: backend.id, numerics: plan.numerics });
    announce(opened, status, live);
    const { ends, complaints, seconds } = await execute(host, opened, status, cores, live);
    live.stop();
    await learnSpeed(opened, status, seconds, cores.threads);
    const failed = ends.filter((end) => !end.skipped && end.exitCode !== 0 && end.exitCode !== 130);
    for (const { id } of failed) print(host.err, ['', `${id}:`, ...(complaints.get(id) ?? [])]);
    const stopped = host.signal.aborted || ends.some((end) => end.exitCode === 130);
    await journal.end(stopped ? 'KILLED' : failed.length > 0 ? 'FAILED' : 'FINISHED');
    if (stopped) print(host.err, interrupted(flags));
    else await showResults(host, opened, status, flags);
    print(host.err, await mlflow.end());
    if (failed.length > 0) return 1;
    return stopped ? 130 : 0;
  } finally {
    lock.release();
  }
}

function coresFor(opened: OpenedStudy, status: StudyStatus, { workers, threads }: Flags): Cores {
  const due = dueOf(opened, status);
  const waiting = due.runs.every((run) => teachersOf(run, due).length > 0);
  const [routes, runs] = [due.routes.length, due.runs.length];
  return shareCores({ cores: availableParallelism(), routes, runs, waiting, workers, threads });
}

function speedOf({ places, plan }: OpenedStudy): Promise<number | undefined> {
  return readSpeed(places.home, plan.numerics);
}

function interrupted({ fresh }: Flags): string {
  return `interrupted, state saved: the same command ${fresh ? 'without --fresh ' : ''}goes on`;
}

async function prepare(
  host: Host,
  opened: OpenedStudy,
  status: StudyStatus,
  flags: Flags,
  live: LiveTerminal,
): Promise<StudyJournal> {
  const { study, store, profile, plan, backend } = opened;
  const { declared } = await declareStudy(store, study, status, new Date());
  for (const [id, { state, text }] of status.runs) {
    if (state !== 'changed') continue;
    live.say(`${id} trains anew: ${text}; the old one is kept in ${await supersede(store, id, new Date())}`);
  }
  const { checkpointSeconds = CHECKPOINT_SECONDS } = flags;
  const provenance = await provenanceOf(host, plan);
  const journal = await beginStudyJournal(opened, provenance, (text) => live.say(text));
  const work = {
    version: 1,
    profile,
    backend: backend.id,
    plan,
    checkpointSeconds,
    cacheLimit: cacheLimit(host, flags.cacheLimit),
    due: plan.runs.map(({ id }) => id).filter((id) => status.runs.get(id)?.state !== 'reused'),
    parentUid: journal.uid,
    provenance,
    declared,
  } as const;
  await writeWork(store, work);
  return journal;
}

function announce({ plan }: OpenedStudy, status: StudyStatus, live: LiveTerminal): void {
  for (const { id, seed, expected, spec, given } of plan.routes) {
    const images = given === true ? 0 : spec.training.epochs * expected.stepsPerEpoch * spec.batch;
    live.show({ type: 'queued', run: id, kind: 'route', label: `teacher s${seed}`, images });
    const { state, text } = status.routes.get(id) ?? { state: 'new', text: '' };
    if (state === 'reused') live.show({ type: 'reused', run: id, text });
  }
  for (const { id, condition, seed, teacherSeed, images } of plan.runs) {
    const teacher = plan.routes.length > 1 ? ` t${teacherSeed}` : '';
    live.show({ type: 'queued', run: id, kind: 'run', label: `${condition}${teacher} s${seed}`, images });
    const { state, text } = status.runs.get(id) ?? { state: 'new', text: '' };
    if (state === 'reused') live.show({ type: 'reused', run: id, text });
  }
}

async function showResults(
  host: Host,
  opened: OpenedStudy,
  status: StudyStatus,
  flags: Flags,
): Promise<void> {
  const results = await collectResults(opened, status);
  // What failed has been told.
  if (results.teachers.length === 0) return;
  const toScreen = flags.json === undefined || flags.json.file !== undefined;
  if (toScreen) {
    const style = { unicode: unicode(host.env), colour: coloured(host.out, host.env) };
    print(host.out, ['', ...resultTable(results, { ...style, width: widthOf(host.out) })]);
    print(host.out, ['', `saved ${opened.store.location}`]);
  }
  if (results.conditions.some(({ runs }) => runs.length > 0)) {
    await markLooked(opened.store, 'table', results, new Date());
  }
  if (flags.json !== undefined) await printJson(host, flags.json, results);
}
