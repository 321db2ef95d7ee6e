import type { LaunchContext, Launcher, RunTask, TaskEnd } from '@cairn/core';
import { expect } from 'vitest';
import { testChecks, type Check } from './checks.ts';

/** What a launcher promises beyond the contract. */
export interface LauncherTraits {
  /** It starts at most `context.workers` tasks at a time; a cluster may have limits of its own. @default true */
  readonly countsWorkers?: boolean;
  /** The most that a test may take: a cluster starts a task later than a machine. @default 20 */
  readonly seconds?: number;
}

interface Launch {
  readonly workers?: number;
  readonly signal?: AbortSignal;
  readonly onLine?: (text: string) => void;
}

/** What holds for every launcher. Its tasks are programs of Node, each a line long. */
export function testLauncher(
  name: string,
  create: () => Launcher,
  { seconds = 20, ...traits }: LauncherTraits = {},
): void {
  testChecks(`launcher ${name}`, launcherChecks(create, traits), { seconds });
}

/** The checks of `testLauncher`. */
export function launcherChecks(
  create: () => Launcher,
  { countsWorkers = true }: Omit<LauncherTraits, 'seconds'> = {},
): readonly Check[] {
  const checks = [...orderChecks, ...outputChecks, ...stopChecks, ...(countsWorkers ? [workersCheck] : [])];
  return checks.map(([name, run]) => ({ name, run: () => run(create) }));
}

type LauncherCheck = readonly [name: string, run: (create: () => Launcher) => Promise<void>];

const orderChecks: readonly LauncherCheck[] = [
  [
    'runs each task once and answers with every end',
    async (create) => {
      const { ends, started, told } = await launch(create(), [task('a'), task('b'), task('c')]);
      expect(sorted(ends)).toEqual(['a 0', 'b 0', 'c 0']);
      expect([...started].sort()).toEqual(['a', 'b', 'c']);
      expect(sorted(told)).toEqual(sorted(ends));
    },
  ],
  [
    'has nothing to do with no tasks',
    async (create) => expect((await launch(create(), [])).ends).toEqual([]),
  ],
  [
    'starts a task after those that it follows',
    async (create) => {
      const wait = 'setTimeout(() => undefined, 50)';
      const tasks = [task('c', '', ['a', 'b']), task('b', wait, ['a']), task('a', wait)];
      const { events } = await launch(create(), tasks);
      const at = (event: string) => events.indexOf(event);
      expect(at('a ended')).toBeLessThan(at('b started'));
      expect(at('b ended')).toBeLessThan(at('c started'));
    },
  ],
  [
    'passes exit codes on, skips what follows a failure, goes on with the rest',
    async (create) => {
      const { ends, started, told } = await launch(create(), [
        task('bad', 'process.exitCode = 3'),
        task('after', '', ['bad']),
        task('later', '', ['after']),
        task('other'),
      ]);
      expect(sorted(ends)).toEqual(['after 1 skipped', 'bad 3', 'later 1 skipped', 'other 0']);
      expect(sorted(told)).toEqual(sorted(ends));
      expect([...started].sort()).toEqual(['bad', 'other']);
    },
  ],
  [
    'refuses tasks that follow an unknown one or each other',
    async (create) => {
      const family = { family: 'plugin' };
      await expect(launch(create(), [task('a', '', ['x'])])).rejects.toMatchObject(family);
      const circle = [task('a', '', ['b']), task('b', '', ['a'])];
      await expect(launch(create(), circle)).rejects.toMatchObject(family);
    },
  ],
];

const outputChecks: readonly LauncherCheck[] = [
  [
    'forwards the lines of both streams, whole and in order',
    async (create) => {
      const { lines } = await launch(create(), [
        task('a', 'console.log("one\\ntwo"); process.stdout.write("end without a line end")'),
        task('b', 'console.error("oops")'),
      ]);
      expect(lines.filter((line) => line.startsWith('a'))).toEqual([
        'a out one',
        'a out two',
        'a out end without a line end',
      ]);
      expect(lines).toContain('b err oops');
    },
  ],
];

const workersCheck: LauncherCheck = [
  'keeps to the number of workers',
  async (create) => {
    const wait = 'setTimeout(() => undefined, 100)';
    const tasks = ['a', 'b', 'c', 'd'].map((id) => task(id, wait));
    expect((await launch(create(), tasks, { workers: 1 })).most).toBe(1);
    expect((await launch(create(), tasks, { workers: 2 })).most).toBeLessThanOrEqual(2);
  },
];

const stopChecks: readonly LauncherCheck[] = [
  [
    'asks a running task to stop, waits for it, and starts nothing more',
    async (create) => {
      const controller = new AbortController();
      const polite = `process.on('SIGTERM', () => { console.log('saved'); process.exit(130); });
        console.log('ready'); setInterval(() => undefined, 1000); setTimeout(() => process.exit(1), 5000)`;
      const { ends, lines, started } = await launch(create(), [task('a', polite), task('b', '', ['a'])], {
        signal: controller.signal,
        onLine: (text) => text === 'ready' && controller.abort(),
      });
      expect(lines).toEqual(['a out ready', 'a out saved']);
      expect(ends.find(({ id }) => id === 'a')).toEqual({ id: 'a', exitCode: 130, skipped: false });
      expect(started).toEqual(['a']);
    },
  ],
  [
    'starts nothing where it is told to stop beforehand',
    async (create) => {
      const { started } = await launch(create(), [task('a')], { signal: AbortSignal.abort() });
      expect(started).toEqual([]);
    },
  ],
];

function task(id: string, code = '', after: readonly string[] = []): RunTask {
  return { id, command: [process.execPath, '-e', code], after };
}

function sorted(ends: readonly TaskEnd[]): readonly string[] {
  return ends.map(({ id, exitCode, skipped }) => `${id} ${exitCode}${skipped ? ' skipped' : ''}`).sort();
}

/** Runs tasks and keeps what was said, in order. */
async function launch(launcher: Launcher, tasks: readonly RunTask[], options: Launch = {}) {
  const [lines, events, started, told]: [string[], string[], string[], TaskEnd[]] = [[], [], [], []];
  let [running, most] = [0, 0];
  const context: LaunchContext = {
    workers: options.workers ?? 2,
    signal: options.signal ?? new AbortController().signal,
    line: (id, stream, text) => {
      lines.push(`${id} ${stream} ${text}`);
      options.onLine?.(text);
    },
    started: (id) => {
      started.push(id);
      events.push(`${id} started`);
      most = Math.max(most, ++running);
    },
    ended: (end) => {
      told.push(end);
      events.push(`${end.id} ended`);
      if (!end.skipped) running--;
    },
  };
  const ends = await launcher.run(tasks, context);
  return { ends, lines, events, started, told, most };
}
