import { createRegistry, type LaunchContext, type RunTask, type TaskEnd } from '@cairn/core';
import { createPlugin, testLauncher } from '@cairn/testing';
import { expect, test } from 'vitest';
import { local } from './index.ts';
import { LocalLauncher } from './local.ts';

testLauncher('local', () => createPlugin(local, local()));

const node = process.execPath;

function task(id: string, code: string, after: readonly string[] = []): RunTask {
  return { id, command: [node, '-e', code], after };
}

/** Runs tasks and keeps what was said, in order. */
async function launch(
  tasks: readonly RunTask[],
  options: { workers?: number; signal?: AbortSignal; grace?: number; onLine?: (text: string) => void } = {},
): Promise<{ ends: readonly TaskEnd[]; log: readonly string[]; most: number }> {
  const log: string[] = [];
  let [running, most] = [0, 0];
  const context: LaunchContext = {
    workers: options.workers ?? 2,
    signal: options.signal ?? new AbortController().signal,
    line: (id, stream, text) => {
      log.push(`${id} ${stream}: ${text}`);
      options.onLine?.(text);
    },
    started: (id) => {
      log.push(`${id} started`);
      most = Math.max(most, ++running);
    },
    ended: ({ id, exitCode, skipped }) => {
      log.push(`${id} ${skipped ? 'skipped' : `ended ${exitCode}`}`);
      if (!skipped) running--;
    },
  };
  const ends = await new LocalLauncher({ grace: options.grace ?? 10 }).run(tasks, context);
  return { ends, log, most };
}

test('lines of both streams are forwarded, the last one without a line end too', async () => {
  const { ends, log } = await launch([
    task(
      'a',
      'console.log("one\\ntwo"); console.error("oops"); process.stdout.write("torn"); process.exitCode = 3',
    ),
  ]);
  expect(ends).toEqual([{ id: 'a', exitCode: 3, skipped: false }]);
  expect(log.filter((l) => l.includes('out'))).toEqual(['a out: one', 'a out: two', 'a out: torn']);
  expect(log).toContain('a err: oops');
  expect(log.at(-1)).toBe('a ended 3');
});

test('the order of the list, the number of workers and dependencies are respected', async () => {
  const one = await launch([task('a', ''), task('b', '', ['c']), task('c', ''), task('d', '')], {
    workers: 1,
  });
  expect(one.log.filter((l) => l.endsWith('started')).map((l) => l[0])).toEqual(['a', 'c', 'b', 'd']);
  expect(one.most).toBe(1);
  const wait = 'setTimeout(() => {}, 200)';
  const two = await launch([task('a', wait), task('b', wait), task('c', wait)], { workers: 2 });
  expect(two.most).toBe(2);
  expect(two.ends.map((e) => e.exitCode)).toEqual([0, 0, 0]);
});

test('what follows a failed task is skipped, the rest goes on', async () => {
  const { ends } = await launch([
    task('bad', 'process.exit(1)'),
    task('after', '', ['bad']),
    task('later', '', ['after']),
    task('other', ''),
  ]);
  expect(ends.map((e) => [e.id, e.exitCode, e.skipped]).sort()).toEqual([
    ['after', 1, true],
    ['bad', 1, false],
    ['later', 1, true],
    ['other', 0, false],
  ]);
});

test('an abort asks a task to stop, waits for it and starts nothing more', async () => {
  const controller = new AbortController();
  const polite = `process.on('SIGTERM', () => { console.log('saved'); process.exit(130); });
    console.log('ready'); setInterval(() => {}, 1000)`;
  const { ends, log } = await launch([task('a', polite), task('b', '')], {
    workers: 1,
    signal: controller.signal,
    onLine: (text) => text === 'ready' && controller.abort(),
  });
  expect(ends).toEqual([{ id: 'a', exitCode: 130, skipped: false }]);
  expect(log).toEqual(['a started', 'a out: ready', 'a out: saved', 'a ended 130']);
});

test('a task that does not stop is killed, with what it started', async () => {
  const controller = new AbortController();
  const grandchild = `setInterval(() => {}, 1000)`;
  const stubborn = `process.on('SIGTERM', () => {});
    const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'inherit' });
    console.log('ready'); setInterval(() => {}, 1000)`;
  const { ends } = await launch([task('a', stubborn)], {
    signal: controller.signal,
    grace: 0.2,
    onLine: () => controller.abort(),
  });
  // The grandchild holds the same pipes: that the launcher came back says that it has gone as well.
  expect(ends).toEqual([{ id: 'a', exitCode: 1, skipped: false }]);
});

test('a program that does not exist ends with 127', async () => {
  const { ends, log } = await launch([{ id: 'a', command: ['./no-such-program'], after: [] }]);
  expect(ends).toEqual([{ id: 'a', exitCode: 127, skipped: false }]);
  expect(log).toContain('a err: spawn ./no-such-program ENOENT');
});

test('a child notices that its parent is gone: its standard input ends', async () => {
  const worker = `console.log(process.pid); process.stdin.resume().on('end', () => process.exit(0))`;
  const parent = `
    import { LocalLauncher } from ${JSON.stringify(new URL('./local.ts', import.meta.url).href)};
    const never = new AbortController().signal;
    await new LocalLauncher({ grace: 1 }).run(
      [{ id: 'w', command: [process.execPath, '-e', ${JSON.stringify(worker)}], after: [] }],
      { workers: 1, signal: never, started() {}, ended() {}, line: (id, stream, text) => console.log(text) });`;
  const controller = new AbortController();
  let pid = 0;
  await launch([{ id: 'p', command: [node, '--input-type=module', '-e', parent], after: [] }], {
    signal: controller.signal,
    grace: 0.01,
    onLine: (text) => {
      pid = Number(text);
      controller.abort();
    },
  });
  expect(pid).toBeGreaterThan(0);
  await expect.poll(() => isAlive(pid), { timeout: 15_000 }).toBe(false);
});

test('tasks that follow unknown ones or each other are refused', async () => {
  await expect(launch([task('a', '', ['x'])])).rejects.toThrowErrorMatchingInlineSnapshot(
    `[PluginError: task "a" follows "x", which is no task]`,
  );
  await expect(
    launch([task('a', '', ['b']), task('b', '', ['a'])]),
  ).rejects.toThrowErrorMatchingInlineSnapshot(`[PluginError: tasks wait for each other: a, b]`);
});

test('the plugin is made from its options', () => {
  const registry = createRegistry([local]);
  expect(registry.create(local({ grace: 2 }))).toBeInstanceOf(LocalLauncher);
  expect(registry.resolve(local()).options).toEqual({ grace: 10 });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
