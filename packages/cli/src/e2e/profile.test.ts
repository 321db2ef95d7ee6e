/** `--profile-step`: a table and a trace, and nothing else. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cairn, temporaryFolder, TINY } from './cairn-process.ts';

const slow = { timeout: 120_000 };

test('a profile of a study that was never run trains nothing and stores nothing', slow, async () => {
  const [home, folder] = [temporaryFolder(), temporaryFolder()];
  const trace = join(folder, 'deep/trace.json');
  const json = join(folder, 'profile.json');
  // 80 images an epoch: the run must have the steps that are looked at.
  const args = ['run', 'quickstart', ...TINY, '--student.training.epochs=9', '--batch=16'];
  const { code, out, err } = await cairn(home, [...args, `--profile-step=${trace}`, `--json=${json}`]);
  expect([code, err, readdirSync(home)]).toEqual([0, '', []]);
  expect(out).toMatch(/^step {3}kd-t0-s0: resnet8 from resnet8, 16 images, \d+ threads?, wasm/);
  for (const part of ['data', 'teacher', 'forward', 'loss', 'backward', 'update', 'loop'])
    expect(out).toMatch(new RegExp(`^${part} +[\\d.]+ +[\\d.]+ %$`, 'm'));
  expect(out).toMatch(/^outside convolutions [\d.]+ % of a step$/m);
  const { traceEvents } = JSON.parse(readFileSync(trace, 'utf8')) as { traceEvents: { name: string }[] };
  expect(traceEvents.filter((e) => e.name === 'forward').length).toBeGreaterThan(5);
  const profile = JSON.parse(readFileSync(json, 'utf8')) as { parts: { share: number }[]; trace: string };
  expect(profile.trace).toBe(trace);
  expect(profile.parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
});

test('a run that is too short to look at is refused', slow, async () => {
  const { code, err } = await cairn(temporaryFolder(), ['run', 'quickstart', ...TINY, '--profile-step']);
  expect(code).toBe(1);
  expect(err).toMatchInlineSnapshot(`
    "error CAIRN_PROFILE_SHORT  kd-t0-s0 ends before 29 steps
      more epochs or a smaller batch: --student.training.epochs=9 --batch=16
    "
  `);
});
