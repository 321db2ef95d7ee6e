/** Damaged files are named and refused, and a loss that is not finite ends its run with all that is known of it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  cairn,
  fileAt,
  journalOf,
  neutral,
  onlyFolder,
  ownerOf,
  start,
  temporaryFolder,
  TINY,
  until,
} from './cairn-process.ts';

const slow = { timeout: 120_000 };
const study = [
  'run',
  'quickstart',
  ...TINY,
  '--only=kd',
  '--student.training.epochs=30',
  '--checkpoint-seconds=0.01',
];
const CHECKPOINT = 'checkpoint/state.safetensors';

/** A home with a route and a student that was interrupted. */
const begun = mkdtempSync(join(tmpdir(), 'cairn-e2e-'));

beforeAll(async () => {
  const command = start(begun, study);
  const run = () => join(onlyFolder(begun, 'runs', 'quickstart') ?? begun, 'kd-t0-s0');
  await until('a checkpoint', () => fileAt(run(), CHECKPOINT), command);
  command.process.kill('SIGTERM');
  expect((await command.ended).code).toBe(130);
}, 120_000);
afterAll(() => rmSync(begun, { recursive: true }));

function copyOfBegun(): { readonly home: string; readonly run: string; readonly route: string } {
  const home = temporaryFolder();
  cpSync(begun, home, { recursive: true });
  const run = join(onlyFolder(home, 'runs', 'quickstart') ?? '', 'kd-t0-s0');
  return { home, run, route: onlyFolder(home, 'routes') ?? '' };
}

/** Flips one bit in the middle of a file, or the first character of a text in it. */
function damage(file: string, text?: string): void {
  const bytes = readFileSync(file);
  const at = text === undefined ? bytes.length >> 1 : bytes.indexOf(text);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(file, bytes);
}

/** Runs the study, which must fail: what it says, without hashes and places. */
async function failure(home: string): Promise<string> {
  const { code, err } = await cairn(home, study);
  expect(code).toBe(1);
  return neutral(err, home)
    .replace(/~[0-9a-f]{6}/g, '')
    .replace(/\b[0-9a-f]{64}\b/g, '<sha256>')
    .replace(/\b[0-9a-f]{16}\b/g, '<route>');
}

/** What `cairn runs` says of the run, or of the one that varies it. */
async function stateOf(home: string): Promise<string | undefined> {
  const { out } = await cairn(home, ['runs', '--json']);
  const found = (JSON.parse(out) as { state: string; startTime: number }[]).sort(
    (a, b) => b.startTime - a.startTime,
  );
  return found[0]?.state;
}

test('a run that was interrupted is listed so, one that goes on is running', slow, async () => {
  const { home } = copyOfBegun();
  expect(await stateOf(home)).toBe('interrupted');
  const command = start(home, study);
  await until(
    'a worker',
    () => ownerOf(join(onlyFolder(home, 'runs', 'quickstart') ?? '', 'kd-t0-s0')),
    command,
  );
  expect(await stateOf(home)).toBe('running');
  command.process.kill('SIGTERM');
  expect((await command.ended).code).toBe(130);
  expect(await stateOf(home)).toBe('interrupted');
});

test('a damaged checkpoint', slow, async () => {
  const { home, run } = copyOfBegun();
  const whole = readFileSync(join(run, CHECKPOINT));
  damage(join(run, CHECKPOINT));
  const before = readFileSync(join(run, CHECKPOINT));
  expect(await failure(home)).toMatchInlineSnapshot(`
    "
    kd-t0-s0:
    error CAIRN_CHECKPOINT_DAMAGED  checkpoint <home>/runs/quickstart/smoke/kd-t0-s0/checkpoint/state.safetensors: expected SHA-256 <sha256>, found <sha256>
      restore the file from a copy
      or delete it: the same command then begins this run anew
    "
  `);
  expect(readFileSync(join(run, CHECKPOINT))).toEqual(before);
  expect(await stateOf(home)).toBe('failed');
  // Restored from a copy, it goes on.
  writeFileSync(join(run, CHECKPOINT), whole);
  const command = start(home, study);
  const resumed = () => (journalOf(run).at(-1)?.['type'] === 'run_end' ? undefined : true);
  await until('the run to go on', resumed, command);
  command.process.kill('SIGTERM');
  expect((await command.ended).code).toBe(130);
});

test('a damaged journal', slow, async () => {
  const { home, run } = copyOfBegun();
  damage(join(run, 'journal.jsonl'), '{"v":');
  expect(await failure(home)).toMatchInlineSnapshot(`
    "error CAIRN_JOURNAL_DAMAGED  journal <home>/runs/quickstart/smoke/kd-t0-s0/journal.jsonl, line 1: no JSON
      restore it from a copy, or delete the run's folder: the run then begins anew
    "
  `);
  // One damaged run does not hide the others.
  const { code, out } = await cairn(home, ['runs']);
  expect([code, out]).toEqual([0, expect.stringMatching(/kd-t0-s0 {2}damaged /)]);
});

test('a damaged manifest', slow, async () => {
  const { home, route } = copyOfBegun();
  damage(join(route, 'manifest.json'), '"totalSteps"');
  expect(await failure(home)).toMatchInlineSnapshot(`
    "error CAIRN_ROUTE_DAMAGED  route manifest <home>/routes/<route>/manifest.json: no JSON
      restore the file from a copy, or delete the route's folder: it is then recorded anew
    "
  `);
});

test('a manifest with another digit', slow, async () => {
  const { home, route } = copyOfBegun();
  const file = join(route, 'manifest.json');
  const text = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    text.replace(/("learningRate": 0\.\d*?)[1-8]/, (_, head: string) => `${head}9`),
  );
  expect(readFileSync(file, 'utf8')).not.toBe(text);
  expect(await failure(home)).toMatchInlineSnapshot(`
    "error CAIRN_ROUTE_DAMAGED  route manifest <home>/routes/<route>/manifest.json: expected digest <sha256>, found <sha256>
      restore the file from a copy, or delete the route's folder: it is then recorded anew
    "
  `);
});

test('an anchor that is not what was recorded', slow, async () => {
  const { home, route } = copyOfBegun();
  damage(join(route, 'step-00000036.safetensors'));
  expect(await failure(home)).toMatchInlineSnapshot(`
    "
    kd-t0-s0:
    error CAIRN_ANCHOR_ALTERED  anchor 36: <home>/routes/<route>/step-00000036.safetensors is not what was recorded: expected <sha256>, found <sha256>
      restore it from a copy, or delete <home>/routes/<route>: the route is then recorded anew
    "
  `);
});

test('a loss that is not finite', slow, async () => {
  const { home } = copyOfBegun();
  const wild = [...study, '--student.training.optimizer.learning-rate=1e30', '--checkpoint-seconds=0.0001'];
  const { code, err, out } = await cairn(home, wild);
  expect(code).toBe(1);
  const text = neutral(err, home)
    .replace(/~[0-9a-f]{6}/, '')
    .replace(/step \d+ \(epoch [\d.]+\)/, 'step <n> (epoch <n>)')
    .replace(/learning rate [\d.]+e\+\d+/, 'learning rate <x>');
  expect(text).toMatchInlineSnapshot(`
    "
    kd-t0-s0:
    error CAIRN_LOSS_DIVERGED  the loss is not finite at step <n> (epoch <n>): loss NaN, ce NaN, kd NaN; learning rate <x>
      a smaller student.training.optimizer.learning-rate, a warm-up, or a smaller loss weight
      last good checkpoint: <home>/runs/quickstart/smoke/kd-t0-s0/checkpoint/state.safetensors
    "
  `);
  expect(await stateOf(home)).toBe('failed');
  const checkpoint = /last good checkpoint: (.*)/.exec(err)?.[1] ?? '';
  expect(statSync(checkpoint).size).toBeGreaterThan(0);
  expect(out).toMatch(/ run {3}kd s0 +failed {3}CAIRN_LOSS_DIVERGED {2}the loss is not finite at step \d+/);
});
