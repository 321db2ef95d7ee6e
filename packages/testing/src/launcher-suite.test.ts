import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PluginError, type LaunchContext, type Launcher, type RunTask, type TaskEnd } from '@cairn/core';
import { expect, test } from 'vitest';
import { brokenChecks } from './checks.ts';
import { launcherChecks } from './launcher-suite.ts';

const RUNS = 'runs each task once and answers with every end';
const NONE = 'has nothing to do with no tasks';
const ORDER = 'starts a task after those that it follows';
const CODES = 'passes exit codes on, skips what follows a failure, goes on with the rest';
const CIRCLE = 'refuses tasks that follow an unknown one or each other';
const LINES = 'forwards the lines of both streams, whole and in order';
const WORKERS = 'keeps to the number of workers';
const STOP = 'asks a running task to stop, waits for it, and starts nothing more';
const BEFORE = 'starts nothing where it is told to stop beforehand';

interface Faults {
  readonly order?: boolean;
  readonly codes?: boolean;
  readonly circles?: boolean;
  readonly chunks?: boolean;
  readonly errors?: boolean;
  readonly all?: boolean;
  readonly deaf?: boolean;
  readonly kills?: boolean;
  readonly eager?: boolean;
}

/** One after the other in the order of their needs, or all at once. What is true in `faults` is done wrongly. */
function launcherWith(faults: Faults): Launcher {
  return {
    run: async (tasks, context) => {
      const sorted = faults.order === true ? tasks : inOrder(tasks, faults.circles === true);
      const ends = new Map<string, TaskEnd>();
      const follow = async (task: RunTask) => {
        const failed = faults.order !== true && task.after.some((id) => ends.get(id)?.exitCode !== 0);
        const stopped = context.signal.aborted && faults.eager !== true;
        const end =
          failed || stopped
            ? { id: task.id, exitCode: 1, skipped: true }
            : await runOne(task, context, faults);
        ends.set(task.id, end);
        context.ended(end);
      };
      if (faults.all === true) await Promise.all(sorted.map(follow));
      else for (const task of sorted) await follow(task);
      return [...ends.values()];
    },
  };
}

function inOrder(tasks: readonly RunTask[], anyhow: boolean): readonly RunTask[] {
  const done: RunTask[] = [];
  const ready = ({ id, after }: RunTask) =>
    done.every((d) => d.id !== id) && after.every((other) => done.some((d) => d.id === other));
  for (let next = tasks.find(ready); next !== undefined; next = tasks.find(ready)) done.push(next);
  if (done.length === tasks.length) return done;
  if (anyhow) return tasks;
  throw new PluginError('CAIRN_PLUGIN_TASKS', 'tasks that wait for what never comes');
}

async function runOne(task: RunTask, context: LaunchContext, faults: Faults): Promise<TaskEnd> {
  const { id, command } = task;
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  context.started(id);
  const stop = () => child.kill(faults.kills === true ? 'SIGKILL' : 'SIGTERM');
  if (faults.deaf !== true) context.signal.addEventListener('abort', stop);
  if (context.signal.aborted) stop();
  for (const [stream, from] of [
    ['out', child.stdout],
    ['err', child.stderr],
  ] as const) {
    let rest = '';
    from.setEncoding('utf8').on('data', (text: string) => {
      if (faults.errors === true && stream === 'err') return;
      if (faults.chunks === true) return context.line(id, stream, text);
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) context.line(id, stream, line);
    });
    from.on('end', () => rest !== '' && context.line(id, stream, rest));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { id, exitCode: faults.codes === true ? 0 : (code ?? 1), skipped: false };
}

const changed = (change: (launcher: Launcher) => Launcher['run']) => (): Launcher => ({
  run: change(launcherWith({})),
});

test('one that keeps the contract breaks nothing', async () => {
  expect(await brokenChecks(launcherChecks(() => launcherWith({})))).toEqual([]);
});

const broken: readonly (readonly [string, () => Launcher, string])[] = [
  ['forgets a task', changed((inner) => (tasks, context) => inner.run(tasks.slice(1), context)), RUNS],
  [
    'tells every end twice',
    changed((inner) => (tasks, context) => {
      return inner.run(tasks, { ...context, ended: (end) => (context.ended(end), context.ended(end)) });
    }),
    RUNS,
  ],
  [
    'answers with no end',
    changed((inner) => async (tasks, context) => (await inner.run(tasks, context), [])),
    RUNS,
  ],
  [
    'fails without tasks',
    changed((inner) => async (tasks, context) => {
      if (tasks.length === 0) throw new Error('no tasks');
      return inner.run(tasks, context);
    }),
    NONE,
  ],
  ['starts as they stand', () => launcherWith({ order: true }), ORDER],
  ['starts all at once', () => launcherWith({ order: true, all: true }), WORKERS],
  ['says that all went well', () => launcherWith({ codes: true }), CODES],
  ['takes circles', () => launcherWith({ circles: true }), CIRCLE],
  ['forwards pieces', () => launcherWith({ chunks: true }), LINES],
  ['drops errors', () => launcherWith({ errors: true }), LINES],
  ['does not stop', () => launcherWith({ deaf: true }), STOP],
  ['kills', () => launcherWith({ kills: true }), STOP],
  ['goes on though it was told to stop', () => launcherWith({ eager: true, deaf: true }), BEFORE],
];
test.each(broken)('one that %s is found', { timeout: 30_000 }, async (_, create, check) => {
  const checks = launcherChecks(create).filter(({ name }) => name === check);
  expect(await brokenChecks(checks)).toEqual([check]);
});
