/** Trains what is due: one process per task, its events shown as they come. */
import type { RunTask, TaskEnd } from '@cairn/core';
import type { Host } from '../command.ts';
import { decodeLine } from '../terminal/events.ts';
import type { LiveTerminal } from '../terminal/live-terminal.ts';
import type { Cores } from './cores.ts';
import { dueOf, teachersOf } from './due.ts';
import type { OpenedStudy } from './open-study.ts';
import type { StudyStatus } from './status.ts';
import { WORK_FILE } from './work-file.ts';

export interface Execution {
  readonly ends: readonly TaskEnd[];
  /** What failed tasks wrote to standard error, by task. */
  readonly complaints: ReadonlyMap<string, readonly string[]>;
  /** Of each task that ended well, its process's start included. */
  readonly seconds: ReadonlyMap<string, number>;
}

/** Runs every task that is not reused. */
export async function execute(
  host: Host,
  opened: OpenedStudy,
  status: StudyStatus,
  cores: Cores,
  live: LiveTerminal,
): Promise<Execution> {
  const tasks = dueTasks(host, opened, status, cores);
  const spoken = new Map<string, string[]>();
  const [begun, seconds] = [new Map<string, number>(), new Map<string, number>()];
  const launcher = opened.registry.create(opened.study.launcher);
  const ends = await launcher.run(tasks, {
    workers: cores.workers,
    signal: host.signal,
    started(run) {
      begun.set(run, performance.now());
      live.show({ type: 'started', run });
    },
    line(run, stream, text) {
      const event = decodeLine(text);
      if (event !== undefined) live.show(event);
      else if (stream === 'err') spoken.set(run, [...(spoken.get(run) ?? []), text]);
      else live.say(text);
    },
    ended({ id, exitCode, skipped }) {
      if (skipped) live.show({ type: 'skipped', run: id, text: 'a run before it failed' });
      else if (exitCode === 130) live.show({ type: 'interrupted', run: id });
      else if (exitCode !== 0) live.show({ type: 'failed', run: id, text: reasonOf(spoken, id, exitCode) });
      else seconds.set(id, (performance.now() - (begun.get(id) ?? NaN)) / 1000);
    },
  });
  return { ends, complaints: spoken, seconds };
}

/** The first line of the error, without its label. A process that was killed says nothing: then that is said for it. */
function reasonOf(spoken: Map<string, string[]>, id: string, exitCode: number): string {
  const said = spoken.get(id) ?? [];
  const error = said.find((line) => line.startsWith('error '));
  if (error !== undefined) return error.slice('error '.length);
  if (said.length === 0) {
    spoken.set(id, [
      `error CAIRN_TASK_KILLED  its process ended with code ${exitCode} and without a word`,
      '  killed from outside, by the system for memory as a rule: "--workers=1" needs less',
      '  the same command goes on from the last saved state',
    ]);
  }
  return `its process ended with code ${exitCode}`;
}

function dueTasks(
  host: Host,
  opened: OpenedStudy,
  status: StudyStatus,
  { threads, teacherThreads }: Cores,
): RunTask[] {
  const file = `${opened.store.location}/${WORK_FILE}`;
  const commandFor = (id: string, count: number): RunTask['command'] => [
    ...host.self,
    'task',
    file,
    id,
    `--threads=${count}`,
    ...host.pluginFlags,
  ];
  const due = dueOf(opened, status);
  const ids = new Set([...due.routes, ...due.runs].map((item) => item.id));
  return [
    ...due.routes.map(({ id }) => ({ id, command: commandFor(id, teacherThreads), after: [] })),
    ...due.runs.map((run) => {
      const after = [...teachersOf(run, due), ...Object.values(run.copies).filter((id) => ids.has(id))];
      return { id: run.id, command: commandFor(run.id, threads), after };
    }),
  ];
}
