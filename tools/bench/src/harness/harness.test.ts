import { expect, test } from 'vitest';
import { readOptions } from './bench.ts';
import { startChild } from './child.ts';
import { interleave, seconds } from './interleave.ts';
import { describeMachine, machineLine } from './machine.ts';
import { spreadOf } from './spread.ts';
import { tableLines } from './table.ts';
import { atLeast, atMost, targetLine } from './target.ts';

test('the median and the quartiles of repeats', () => {
  expect(spreadOf([4, 1, 3, 2, 5])).toEqual({ median: 3, low: 2, high: 4, count: 5 });
  expect(spreadOf([1, 2])).toEqual({ median: 1.5, low: 1.25, high: 1.75, count: 2 });
  expect(spreadOf([])).toEqual({ median: NaN, low: NaN, high: NaN, count: 0 });
});

test('contenders take turns, and another one begins in each round', async () => {
  const log: string[] = [];
  const contender = (name: string) => ({ name, run: () => log.push(name) });
  const measured = await interleave([contender('a'), contender('b'), contender('c')], { rounds: 3 });
  expect(log.join('')).toBe('abcbcacab');
  expect(Object.fromEntries(measured)).toEqual({ a: [1, 6, 8], b: [2, 4, 9], c: [3, 5, 7] });
});

test('no round begins after the budget, one runs in any case', async () => {
  const slow = { name: 'slow', run: () => seconds(() => new Promise((done) => setTimeout(done, 20))) };
  const measured = (await interleave([slow], { rounds: 50, budget: 0.001, pause: 1 })).get('slow') ?? [];
  expect(measured).toHaveLength(1);
  expect(measured[0]).toBeGreaterThan(0.015);
  await expect(interleave([slow, slow], { rounds: 1 })).rejects.toThrow('two contenders have one name');
});

test('a target says what it measured, whether it is met or not', () => {
  expect(targetLine(atLeast('kd-step', 1.0432, 1))).toBe('target kd-step 1.04 >=1 ok');
  expect(targetLine(atMost('rss', 1712.4, 1500))).toBe('target rss 1712 <=1500 short');
  expect(targetLine(atLeast('peer', NaN, 1))).toBe('target peer – >=1 short');
});

test('a table rounds numbers and leaves out empty columns', () => {
  const table = {
    title: 'steps',
    columns: ['setting', ['speed', 'images/s'], 'note'],
    rows: [
      ['eager', 572.81, undefined],
      ['ours', 0.012345, ''],
    ],
  } as const;
  expect(tableLines(table)).toMatchInlineSnapshot(`
    [
      "steps",
      "setting      speed",
      "          images/s",
      "eager          573",
      "ours        0.0123",
    ]
  `);
});

test('the machine in a line', () => {
  const machine = describeMachine('bench:x', new Date('2026-01-02T03:04:05Z'));
  expect(machine.node).toBe(process.versions.node);
  expect(machineLine({ ...machine, cpu: 'CPU', cores: 2, memory: 8, node: '24.0.0' })).toBe(
    'CPU, 2 cores, 8 GB; Node 24.0.0; 2026-01-02T03:04Z',
  );
});

test('flags, and what is wrong with them', () => {
  const argv = ['--json', 'out/a.json', '--peer=python3', '--repeats=3', '--only=kd', '--only=ce'];
  const { picks, ...options } = readOptions(argv, '/here');
  expect(options).toEqual({ json: '/here/out/a.json', peer: 'python3', repeats: 3, profile: undefined });
  expect(['kd step', 'ce', 'other'].map(picks)).toEqual([true, true, false]);
  expect(readOptions([], '/').picks('any')).toBe(true);
  expect(() => readOptions(['--repeats=none'], '/')).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: --repeats: got "none"]`,
  );
  expect(() => readOptions(['--pear=x'], '/')).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: Unknown option '--pear']`,
  );
});

const answering = `
  const { createInterface } = require('node:readline');
  console.log('Warning: not an answer');
  createInterface({ input: process.stdin }).on('line', (line) => {
    const { say } = JSON.parse(line);
    if (say === 'die') { console.error('oops'); process.exit(3); }
    if (say !== 'nothing') console.log(JSON.stringify(say === 'error' ? { error: 'no such setting' } : { heard: say }));
  });`;

function child(program = process.execPath) {
  return startChild('child', [program, '-e', answering]);
}

test('a child answers one request after the other', async () => {
  const echo = child();
  expect(await echo.ask({ say: 'one' })).toEqual({ heard: 'one' });
  await expect(echo.ask({ say: 'error' })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[RunError: child: no such setting]`,
  );
  expect(await echo.ask({ say: 'two' })).toEqual({ heard: 'two' });
  echo.close();
});

test('a child that ends, is silent or cannot be started fails the question', async () => {
  const dying = child();
  await expect(dying.ask({ say: 'die' })).rejects.toMatchObject({
    message: 'child: it ended with exit code 3',
    fix: ['Warning: not an answer', 'oops'],
  });
  await expect(dying.ask({ say: 'more' })).rejects.toThrow('it ended with exit code 3');
  const silent = child();
  await silent.ask({ say: 'ready' });
  await expect(silent.ask({ say: 'nothing' }, 0.1)).rejects.toThrow('child: no answer within 0.1 s');
  await expect(child('./no-such-program').ask({ say: 'hello' })).rejects.toThrow(
    'child: spawn ./no-such-program ENOENT',
  );
});
