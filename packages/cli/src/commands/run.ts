import { availableParallelism } from 'node:os';
import { RunError } from '@cairn/core';
import { runSpec } from '../args/specs.ts';
import type { FlagValues } from '../args/flags.ts';
import type { Call, Command, ExitCode, Host } from '../command.ts';
import { acquireLock } from '../files/index.ts';
import { coloured, print, printJson, unicode, widthOf } from '../output.ts';
import { collectResults } from '../study/collect.ts';
import { execute } from '../study/execute.ts';
import { openStudy, type OpenedStudy } from '../study/open-study.ts';
import { planJson } from '../study/plan-json.ts';
import { writePinned } from '../study/pinned.ts';
import { headLines, planLines } from '../study/show-plan.ts';
import { studyStatus, type StudyStatus } from '../study/status.ts';
import { supersede } from '../study/supersede.ts';
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
      const workers = flags.workers ?? Math.min(availableParallelism(), opened.plan.runs.length);
      const status = await studyStatus(opened, flags.fresh);
      live.show({ type: 'say', lines: [...headLines(opened, workers), ...opened.notes] });
      if (flags.plan) return await showPlan(host, opened, status, flags, live);
      return await train(host, opened, status, workers, flags, live);
    } finally {
      live.stop();
    }
  },
};

function open({ arguments: [name = ''], flags, overrides }: Call<typeof runSpec.flags>, host: Host, live: LiveTerminal) {
  const { profile, seeds, teacherSeeds, only, backend } = flags;
  const request = { name, profile, seeds, teacherSeeds, only, backend, overrides };
  return openStudy(host, request, (text) => live.say(text));
}

async function showPlan(
  host: Host,
  opened: OpenedStudy,
  status: StudyStatus,
  flags: Flags,
  live: LiveTerminal,
): Promise<ExitCode> {
  live.show({ type: 'say', lines: planLines(opened, status) });
  if (flags.json !== undefined) await printJson(host, flags.json, planJson(opened, status));
  return 0;
}

async function train(
  host: Host,
  opened: OpenedStudy,
  status: StudyStatus,
  workers: number,
  flags: Flags,
  live: LiveTerminal,
): Promise<ExitCode> {
  const { study, store, plan, backend } = opened;
  const command = `cairn run ${study.id}`;
  const lock = await acquireLock(`${store.location}/owner.lock`, { what: `study ${study.id}`, command });
  try {
    await prepare(opened, status, flags);
    await writePinned(store, { backend: backend.id, numerics: plan.numerics });
    announce(opened, status, live);
    const { ends, complaints } = await execute(host, opened, status, workers, live);
    live.stop();
    const failed = ends.filter((end) => !end.skipped && end.exitCode !== 0 && end.exitCode !== 130);
    for (const { id } of failed) print(host.err, [`in ${id}:`, ...(complaints.get(id) ?? [])]);
    const interrupted = host.signal.aborted || ends.some((end) => end.exitCode === 130);
    if (interrupted) print(host.err, 'interrupted, state saved: the same command goes on');
    else await showResults(host, opened, status, flags);
    if (failed.length > 0) return 1;
    return interrupted ? 130 : 0;
  } finally {
    lock.release();
  }
}

async function prepare(opened: OpenedStudy, status: StudyStatus, flags: Flags): Promise<void> {
  const { store, profile, plan, backend } = opened;
  for (const [id, { state }] of status.runs) {
    if (state === 'changed') await supersede(store, id, new Date());
  }
  const { checkpointSeconds = CHECKPOINT_SECONDS } = flags;
  await writeWork(store, { version: 1, profile, backend: backend.id, plan, checkpointSeconds });
}

function announce({ plan }: OpenedStudy, status: StudyStatus, live: LiveTerminal): void {
  for (const { id, seed, expected, spec } of plan.routes) {
    const images = spec.training.epochs * expected.stepsPerEpoch * spec.batch;
    live.show({ type: 'queued', run: id, kind: 'route', label: `teacher s${seed}`, images });
    const { state, text } = status.routes.get(id) ?? { state: 'new', text: '' };
    if (state === 'reused') live.show({ type: 'reused', run: id, text });
  }
  const reused = plan.runs.filter((r) => status.runs.get(r.id)?.state === 'reused');
  if (reused.length > 0) live.say(`${reused.length} of ${plan.runs.length} runs reused`);
  for (const { id, condition, seed, teacherSeed, images } of plan.runs) {
    const teacher = plan.routes.length > 1 ? ` t${teacherSeed}` : '';
    live.show({ type: 'queued', run: id, kind: 'run', label: `${condition}${teacher} s${seed}`, images });
    const { state, text } = status.runs.get(id) ?? { state: 'new', text: '' };
    if (state === 'reused') live.show({ type: 'reused', run: id, text });
  }
}

async function showResults(host: Host, opened: OpenedStudy, status: StudyStatus, flags: Flags): Promise<void> {
  const results = await collectResults(opened, status);
  if (results.teachers.length === 0) throw new RunError('CAIRN_STUDY_EMPTY', 'no teacher was trained');
  const toScreen = flags.json === undefined || flags.json.file !== undefined;
  if (toScreen) {
    const style = { unicode: unicode(host.env), colour: coloured(host.out, host.env) };
    print(host.out, ['', ...resultTable(results, { ...style, width: widthOf(host.out) })]);
    print(host.out, ['', `saved ${opened.store.location}`]);
  }
  if (flags.json !== undefined) await printJson(host, flags.json, results);
}
