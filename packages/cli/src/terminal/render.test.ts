import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { StudyEvent } from './events.ts';
import { render } from './render.ts';
import { after, midway, progressOf } from './sample-study.ts';

const plain = { unicode: true, colour: false, height: 24 };
const show = (state: typeof midway, view: Parameters<typeof render>[1]): string =>
  `\n${render(state, view, 20_000).join('\n')}\n`;

test('120 columns', () => {
  expect(show(midway, { ...plain, width: 120 })).toMatchInlineSnapshot(`
    "
     run   rco-greedy s2  ███████████░░░░░░░░░  stage 3/4  epoch  5/12  1,240 img/s  1:04 left
     run   kd-long s1     ███████░░░░░░░░░░░░░             epoch 18/48    900 img/s  2:17 left
    study  2 of 5 done, 2 reused · 2 running · 1 waiting   about 3 min left
    "
  `);
});

test('80 columns: the bar gives way', () => {
  expect(show(midway, { ...plain, width: 80 })).toMatchInlineSnapshot(`
    "
     run   rco-greedy s2  █████░░░░░  stage 3/4  epoch  5/12  1,240 img/s  1:04 left
     run   kd-long s1     ███░░░░░░░             epoch 18/48    900 img/s  2:17 left
    study  2 of 5 done, 2 reused · 2 running · 1 waiting   about 3 min left
    "
  `);
});

test('50 columns: speed and stage give way', () => {
  expect(show(midway, { ...plain, width: 50 })).toMatchInlineSnapshot(`
    "
     run   rco-greedy s2  █████████░░░░░░░░  1:04 left
     run   kd-long s1     ██████░░░░░░░░░░░  2:17 left
    study  2 of 5 done, 2 reused · 2 running · 1 wait…
    "
  `);
});

test('without UTF-8', () => {
  expect(show(midway, { ...plain, unicode: false, width: 80 })).toMatchInlineSnapshot(`
    "
     run   rco-greedy s2  #####.....  stage 3/4  epoch  5/12  1,240 img/s  1:04 left
     run   kd-long s1     ###.......             epoch 18/48    900 img/s  2:17 left
    study  2 of 5 done, 2 reused - 2 running - 1 waiting   about 3 min left
    "
  `);
});

test('many runs: as many lines as fit, the rest in a number', () => {
  const many = Array.from({ length: 40 }, (_, i): [number, StudyEvent][] => [
    [0, { type: 'queued', run: `r${i}`, kind: 'run', label: `rco-reach s${i}`, images: 192_000 }],
    ...(i < 32 ? ([[0, { type: 'started', run: `r${i}` }]] satisfies [number, StudyEvent][]) : []),
    ...(i < 3 ? ([[20, progressOf(`r${i}`, i * 50_000)]] satisfies [number, StudyEvent][]) : []),
  ]).flat();
  const state = after([...many, [20, { type: 'failed', run: 'r9', text: '' }]]);
  expect(show(state, { ...plain, height: 6, width: 80 })).toMatchInlineSnapshot(`
    "
     run   rco-reach s0   ░░░░░░░░░░░░░░░░░░░░  epoch  1/48  1,000 img/s  3:12 left
     run   rco-reach s1   █████░░░░░░░░░░░░░░░  epoch 13/48  1,000 img/s  2:22 left
     run   rco-reach s2   ██████████░░░░░░░░░░  epoch 26/48  1,000 img/s  1:32 left
     run   rco-reach s3   ░░░░░░░░░░░░░░░░░░░░  starting
           and 27 more running
    study  0 of 40 done · 31 running · 8 waiting · 1 failed   about 41 min left
    "
  `);
});

test('no line is wider than the terminal, whatever its width', () => {
  for (let width = 20; width <= 130; width++) {
    const lines = render(midway, { ...plain, width }, 20_000);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
  }
});

test('colours take no columns', () => {
  const [coloured] = render(midway, { ...plain, colour: true, width: 80 }, 20_000);
  const [bare] = render(midway, { ...plain, width: 80 }, 20_000);
  expect(coloured).not.toBe(bare);
  expect(stripVTControlCharacters(coloured ?? '')).toBe(bare);
});

test('nothing to show where nothing runs or waits', () => {
  const done = after(
    ['rco-s2', 'long-s1', 'long-s2'].map((run) => [30, { type: 'finished', run, text: '' }]),
    midway,
  );
  expect(render(done, { ...plain, width: 80 }, 30_000)).toEqual([]);
});
