import { spawnSync } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { LiveTerminal } from './live-terminal.ts';
import { progressOf, queue } from './sample-study.ts';
import { screenAfter } from './screen.ts';

/** A stream that says it is a terminal, and keeps what is written. */
function terminal(columns: number, rows = 24) {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns, rows });
  let written = '';
  stream.on('data', (chunk: Buffer) => (written += chunk.toString()));
  return { stream, written: () => written };
}

test('the block redraws in place below the lines that stay, and leaves nothing behind', async () => {
  const { stream, written } = terminal(80);
  let now = 0;
  const live = new LiveTerminal({ stream, unicode: true, colour: true, clock: () => now });
  live.say('cairn  sample');
  for (const event of queue) live.show(event);
  live.show({ type: 'started', run: 'rco-s2' });
  for (const images of [40_000, 80_000]) {
    now += 10_000;
    live.show(progressOf('rco-s2', images));
    live.show({ type: 'note', run: 'rco-s2', text: `anchor ${images}` });
  }
  expect(screenAfter(written(), 80)).toEqual([
    'cairn  sample',
    ' 10 s  rco-greedy s2  anchor 40000',
    ' 20 s  rco-greedy s2  anchor 80000',
    ' run   rco-greedy s2  ████░░░░░░  stage 2/4  epoch  9/12  4,000 img/s  0:28 left',
    'study  0 of 5 done · 1 running · 4 waiting   about 2 min left',
    '',
  ]);
  now += 2000;
  await sleep(450);
  expect(screenAfter(written(), 80)[3]).toContain('0:26 left');
  live.stop();
  expect(screenAfter(written(), 80).slice(2)).toEqual([' 20 s  rco-greedy s2  anchor 80000', '']);
  expect(written().endsWith('\u001b[?25h')).toBe(true);
  expect(process.listenerCount('exit')).toBe(0);
});

test('nothing is written while nothing changes', async () => {
  const { stream, written } = terminal(80);
  const live = new LiveTerminal({ stream, unicode: true, colour: false, clock: () => 0 });
  for (const event of queue) live.show(event);
  live.show({ type: 'started', run: 'rco-s2' });
  await sleep(300);
  const before = written().length;
  await sleep(500);
  live.stop();
  expect(before).toBeGreaterThan(0);
  expect(written().length - before).toBeLessThan(40);
});

test('a terminal made narrower: the lines it has broken are cleared', () => {
  const { stream, written } = terminal(80);
  const live = new LiveTerminal({ stream, unicode: true, colour: false, clock: () => 0 });
  for (const event of queue) live.show(event);
  live.show({ type: 'started', run: 'rco-s2' });
  live.say('one');
  stream.columns = 30;
  live.say('two');
  live.stop();
  // The block had two lines: of 50 columns and of 42, two rows each in 30 columns.
  const [, afterOne = ''] = written().split('one\n');
  expect(afterOne).toContain('\r\u001b[4A\u001b[Jtwo\n');
});

test('without a terminal: plain lines, no escapes', () => {
  const stream = new PassThrough();
  let written = '';
  stream.on('data', (chunk: Buffer) => (written += chunk.toString()));
  const live = new LiveTerminal({ stream, unicode: false, colour: false, clock: () => 0 });
  live.say('cairn');
  for (const event of queue) live.show(event);
  live.show({ type: 'started', run: 'rco-s2' });
  live.stop();
  expect(written).toMatch(/^cairn\n\d\d:\d\d:\d\d {3}run {3}rco-greedy s2 {2}started\n$/);
});

const script = spawnSync('script', ['--version']).error === undefined && process.platform === 'linux';
if (!script) console.log('skipped: no `script` of util-linux here, so no pseudo-terminal');

test.skipIf(!script)('on a pseudo-terminal', () => {
  const program = fileURLToPath(new URL('./fixtures/short-study.ts', import.meta.url));
  const command = `stty cols 100 rows 20; '${process.execPath}' '${program}'`;
  const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8' });
  expect(stdout).toContain('stage 4/4');
  expect(stdout.split('\u001b[?25l')).toHaveLength(2);
  const lines = screenAfter(stdout.replaceAll('\r\n', '\n'), 100).map((line) => line.trimEnd());
  expect(lines.slice(0, 4)).toEqual([
    'cairn  sample',
    expect.stringMatching(/^ +\d s {2}rco-greedy s2 {2}anchor 3 → 6 of 12$/),
    ' run   rco-greedy s2  ████████████████████  48 epochs   val 81.3 %',
    'table',
  ]);
});
