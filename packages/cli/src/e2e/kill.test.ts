/** Killed at any time, a study goes on to the same bits. */
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StudyResult } from '../table/result.ts';
import {
  cairn,
  fileAt,
  journalOf,
  lives,
  neutral,
  onlyFolder,
  ownerOf,
  start,
  temporaryFolder,
  TINY,
  until,
  type Outcome,
  type Running,
} from './cairn-process.ts';

const study = [
  'run',
  'quickstart',
  ...TINY,
  '--student.training.epochs=5',
  '--only=rco-greedy',
  '--checkpoint-seconds=0.05',
  '--workers=1',
];
const RUN = 'rco-greedy-t0-s0';
const slow = { timeout: 240_000 };

const undisturbed = mkdtempSync(join(tmpdir(), 'cairn-e2e-'));
let expected: readonly string[];

beforeAll(async () => {
  expected = await hashes(undisturbed);
}, 240_000);
afterAll(() => rmSync(undisturbed, { recursive: true }));

/** Runs the study to its end: hashes of all final weights and of all anchors. */
async function hashes(home: string): Promise<readonly string[]> {
  const { code, err } = await cairn(home, [...study, `--json=${home}/result.json`]);
  expect([code, err]).toEqual([0, '']);
  const { conditions } = JSON.parse(readFileSync(join(home, 'result.json'), 'utf8')) as StudyResult;
  const route = readFileSync(join(onlyFolder(home, 'routes') ?? '', 'manifest.json'), 'utf8');
  const { anchors } = JSON.parse(route) as { readonly anchors: readonly { readonly sha256: string }[] };
  return [
    ...anchors.map((anchor) => anchor.sha256),
    ...conditions.flatMap((c) => c.runs.map((run) => `${c.name} ${run.weightsSha256}`)),
  ];
}

/** A home in which all is done but one student. */
function homeWithoutRun(): string {
  const home = temporaryFolder();
  const absent = join(onlyFolder(undisturbed, 'runs', 'quickstart') ?? '', RUN);
  cpSync(undisturbed, home, { recursive: true, filter: (path) => path !== absent });
  return home;
}

/** Starts the study and waits until a student is in the middle of its second stage, with a checkpoint from there. */
async function intoSecondStage(home: string): Promise<{ command: Running; worker: number; folder: string }> {
  const command = start(home, study);
  const run = join(onlyFolder(home, 'runs', 'quickstart') ?? '', RUN);
  await until(
    'a finished stage',
    () => (journalOf(run).some((r) => r['type'] === 'stage') ? true : undefined),
    command,
  );
  const before = checkpointTime(run);
  await until(
    'a later checkpoint',
    () => ((checkpointTime(run) ?? 0) > (before ?? 0) ? true : undefined),
    command,
  );
  const worker = ownerOf(run);
  if (worker === undefined) throw new Error('the run ended before it could be killed');
  return { command, worker, folder: run };
}

function checkpointTime(run: string): number | undefined {
  return statSync(join(run, 'checkpoint/state.safetensors'), { throwIfNoEntry: false })?.mtimeMs;
}

/** The run went on in the middle, and was not trained from its beginning. */
function expectResumed(run: string): void {
  const resumes = journalOf(run).filter((r) => r['type'] === 'resume');
  expect(resumes.length).toBeGreaterThan(0);
  expect(resumes.every((r) => Number(r['records']) > 0)).toBe(true);
}

test("kill -9 of a student's process: the same command ends with the same weights", slow, async () => {
  const home = homeWithoutRun();
  const { command, worker, folder } = await intoSecondStage(home);
  process.kill(worker, 'SIGKILL');
  const { code, out, err } = await command.ended;
  expect(code).toBe(1);
  expect(neutral(out, home)).toMatch(
    /^<time> {3}run {3}rco-greedy s0 .*failed {3}its process ended with code 1$/m,
  );
  expect(err).toMatchInlineSnapshot(`
    "
    rco-greedy-t0-s0:
    error CAIRN_TASK_KILLED  its process ended with code 1 and without a word
      killed from outside, by the system for memory as a rule: "--workers=1" needs less
      the same command goes on from the last saved state
    "
  `);
  const listed = await cairn(home, ['runs', 'quickstart']);
  expect(listed.out).toMatch(/rco-greedy-t0-s0 +not finished +\d+ kB$/m);
  expect(await hashes(home)).toEqual(expected);
  expectResumed(folder);
});

test('kill -9 of the command: its worker saves and ends, the same command goes on', slow, async () => {
  const home = homeWithoutRun();
  const { command, worker, folder } = await intoSecondStage(home);
  process.kill(-(command.process.pid ?? NaN), 'SIGKILL');
  await command.ended;
  await until('the end of the worker', () => (lives(worker) ? undefined : true));
  expect(ownerOf(folder)).toBeUndefined();
  expect(checkpointTime(folder)).toBeGreaterThan(0);
  expect(await hashes(home)).toEqual(expected);
  expectResumed(folder);
});

test('kill -9 of the command and at once the command again: it waits for the old worker', slow, async () => {
  const home = homeWithoutRun();
  const { command, folder } = await intoSecondStage(home);
  process.kill(-(command.process.pid ?? NaN), 'SIGKILL');
  expect(await hashes(home)).toEqual(expected);
  expectResumed(folder);
});

test('SIGINT and SIGTERM: exit code 130, and it goes on; meanwhile the study is locked', slow, async () => {
  const home = homeWithoutRun();
  const { command, worker, folder } = await intoSecondStage(home);
  // Held meanwhile: on a busy machine it would end before the second command is up.
  process.kill(worker, 'SIGSTOP');
  const second = await cairn(home, study);
  process.kill(worker, 'SIGCONT');
  expect([second.code, neutral(second.out, home)]).toEqual([1, '']);
  expect(neutral(second.err, home).replace(/~[0-9a-f]+/, '')).toMatchInlineSnapshot(`
    "error CAIRN_STUDY_LOCKED  study quickstart/smoke is in use by process <pid> since <date> (cairn run quickstart --profile=smoke --workers=2 --dataset.train-per-class=20 --dataset.test-per-class=5 --teacher.model.depth=8 --teacher.model.width=4 --teacher.training.epochs=3 --student.model.width=4 --student.training.epochs=1 --student.training.epochs=5 --only=rco-greedy --checkpoint-seconds=0.05 --workers=1)
      wait until it ends, or stop it: kill <pid>
      it saves its state; the same command goes on
    "
  `);
  expect(second.err).toContain(`process ${command.process.pid} since`);
  command.process.kill('SIGINT');
  expectInterrupted(await command.ended);
  expect([lives(worker), ownerOf(folder)]).toEqual([false, undefined]);
  const again = start(home, study);
  await until('the worker', () => ownerOf(folder), again);
  again.process.kill('SIGTERM');
  expectInterrupted(await again.ended);
  expect(await hashes(home)).toEqual(expected);
  expectResumed(folder);
});

function expectInterrupted({ code, out, err }: Outcome): void {
  expect([code, err]).toEqual([130, 'interrupted, state saved: the same command goes on\n']);
  expect(out).toMatch(/ run {3}rco-greedy s0 .*interrupted, state saved$/m);
}

test("kill -9 of the teacher's process: the same route", slow, async () => {
  const home = temporaryFolder();
  const command = start(home, study);
  const route = await until('the route folder', () => onlyFolder(home, 'routes'), command);
  const anchor = () => (fileAt(route, 'manifest.json')?.includes('step-') === true ? true : undefined);
  await until('an anchor', anchor, command);
  await until('a checkpoint', () => checkpointTime(route), command);
  process.kill(ownerOf(route) ?? NaN, 'SIGKILL');
  const { code, out } = await command.ended;
  expect(code).toBe(1);
  expect(neutral(out, home)).toMatch(/rco-greedy s0 +skipped {3}a run before it failed$/m);
  expect(out).not.toContain('test top-1');
  expect(await hashes(home)).toEqual(expected);
  expectResumed(route);
});
