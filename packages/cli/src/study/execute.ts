/** Trains what is due: one process per task, its events shown as they come. */
import type { RunTask, TaskEnd } from '@cairn/core';
import type { Host } from '../command.ts';
import { decodeLine } from '../terminal/events.ts';
import type { LiveTerminal } from '../terminal/live-terminal.ts';
import { launchOrder } from './launch-order.ts';
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
  workers: number,
  live: LiveTerminal,
): Promise<Execution> {
  const tasks = dueTasks(host, opened, status, workers);
  const spoken = new Map<string, string[]>();
  const [begun, seconds] = [new Map<string, number>(), new Map<string, number>()];
  const launcher = opened.registry.create(opened.study.launcher);
  const ends = await launcher.run(tasks, {
    workers,
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

function dueTasks(host: Host, { plan, store }: OpenedStudy, status: StudyStatus, workers: number): RunTask[] {
  const file = `${store.location}/${WORK_FILE}`;
  const commandFor = (id: string): RunTask['command'] => [
    ...host.self,
    'task',
    file,
    id,
    ...host.pluginFlags,
  ];
  const due = (states: StudyStatus['runs']) => (item: { readonly id: string }) =>
    states.get(item.id)?.state !== 'reused';
  const routes = plan.routes.filter(due(status.routes));
  const runs = launchOrder(plan.runs.filter(due(status.runs)), workers);
  const ids = new Set([...routes, ...runs].map((item) => item.id));
  return [
    ...routes.map((route) => ({ id: route.id, command: commandFor(route.id), after: [] })),
    ...runs.map((run) => {
      const taught = [run.routeId, run.foreignRouteId];
      const teachers = plan.routes.filter((r) => taught.includes(r.routeId)).map((r) => r.id);
      const after = [...teachers, ...Object.values(run.copies)].filter((id) => ids.has(id));
      return { id: run.id, command: commandFor(run.id), after };
    }),
  ];
}
