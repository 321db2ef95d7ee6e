import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashWeights } from '@cairn/nn';
import { readSafetensors } from '@cairn/route';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunResult, StudyResult } from '../table/result.ts';
import { cairn, journalOf, neutral, onlyFolder, TINY, type Outcome } from './cairn-process.ts';

const home = mkdtempSync(join(tmpdir(), 'cairn-e2e-'));
const study = ['run', 'quickstart', ...TINY];
let first: Outcome;
let result: StudyResult;
let folder = '';

beforeAll(async () => {
  first = await cairn(home, [...study, `--json=${home}/first.json`]);
  result = jsonAt(join(home, 'first.json')) as StudyResult;
  folder = onlyFolder(home, 'runs', 'quickstart') ?? '';
}, 240_000);
afterAll(() => rmSync(home, { recursive: true }));

const slow = { timeout: 120_000 };

function jsonAt(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function weightsAt(file: string): Promise<string> {
  return hashWeights(readSafetensors(new Uint8Array(readFileSync(file)), file).tensors);
}

const names = ['scratch', 'kd', 'kd-long', 'kd-restarts', 'kd-restarts-greedy', 'rco-eei', 'rco-greedy'];
const runsOf = (name: string) => result.conditions.find((c) => c.name === name)?.runs ?? [];

test('a whole study ends with its table', () => {
  expect([first.code, first.err]).toEqual([0, '']);
  const table = first.out.slice(first.out.indexOf('anchors   test top-1'));
  for (const name of ['teacher resnet8', ...names]) expect(table).toMatch(new RegExp(`^${name} `, 'm'));
  expect(first.out).toMatch(/anchor 1 of 3: untrained student: pace .* {3}H \d\.\d+$/m);
  expect(first.out).toMatch(/anchor 1 → \d of 3: .* {3}H \d\.\d+ → \d\.\d+$/m);
  expect(first.out).toContain(`saved ${folder}\n`);
});

test('--json says the same as journals and saved weights', async () => {
  expect(result).toMatchObject({
    version: 1,
    study: 'quickstart',
    seeds: [0],
    teacherSeeds: [0],
    baseline: 'kd',
  });
  expect(result.conditions.map((c) => [c.name, c.runs.length])).toEqual(names.map((name) => [name, 1]));
  for (const run of result.conditions.flatMap((c) => c.runs)) {
    const records = journalOf(run.folder);
    const saved = records
      .filter((r) => r['type'] === 'weights' && r['role'] === 'last')
      .map((r) => r['sha256']);
    expect(saved).toEqual([run.weightsSha256]);
    expect(await weightsAt(join(run.folder, 'weights/last.safetensors'))).toBe(run.weightsSha256);
    expect(run.stages.at(-1)?.sha256).toBe(run.weightsSha256);
    expect([run.seed, run.reused]).toEqual([0, false]);
    for (const [i, stage] of run.stages.entries()) {
      expect(await weightsAt(join(run.folder, `weights/stage-${i + 1}.safetensors`))).toBe(stage.sha256);
    }
    const journal = records.filter((r) => r['type'] === 'result').map((r) => r['result']);
    expect(journal).toMatchObject([{ last: run.last.metrics, weightsSha256: run.weightsSha256 }]);
  }
});

test('conditions of one seed begin with the same weights, and end with others', async () => {
  const runs = names.flatMap(runsOf);
  const initial = await Promise.all(
    runs.map((run) => weightsAt(join(run.folder, 'weights/initial.safetensors'))),
  );
  expect(new Set(initial).size).toBe(1);
  // Two conditions that taught the same anchors for the same lengths end the same, all others differ.
  const lessons = (run: RunResult) => JSON.stringify(run.stages.map((s) => [s.anchors, s.epochs]));
  const pairs = runs.flatMap((a) => runs.map((b) => [a, b] as const));
  const same = pairs.map(([a, b]) => lessons(a) === lessons(b));
  expect(pairs.map(([a, b]) => a.weightsSha256 === b.weightsSha256)).toEqual(same);
});

test('anchors and decisions are those of the route', () => {
  const [teacher] = result.teachers;
  expect(teacher).toMatchObject({ seed: 0, model: 'resnet8', anchors: 3, epochs: 3, reused: false });
  expect(runsOf('scratch')[0]?.stages.map((s) => s.anchors)).toEqual([[]]);
  expect(runsOf('kd')[0]?.stages.map((s) => s.anchors)).toEqual([[3]]);
  expect(runsOf('rco-eei')[0]?.stages.map((s) => s.anchors)).toEqual([[1], [2], [3]]);
  for (const name of ['rco-eei', 'rco-greedy']) {
    const [run] = runsOf(name);
    expect(run?.decisions.map((d) => d.anchors)).toEqual(run?.stages.map((s) => s.anchors));
    expect(run?.stages.at(-1)?.anchors).toEqual([3]);
    expect(run?.studentEpochs).toBe(run?.stages.length);
  }
  expect(runsOf('kd-restarts')[0]?.studentEpochs).toBe(runsOf('rco-eei')[0]?.studentEpochs);
  expect(runsOf('kd-restarts-greedy')[0]?.studentEpochs).toBe(runsOf('rco-greedy')[0]?.studentEpochs);
});

test('a second call reuses everything, says so, and touches no journal', slow, async () => {
  const journals = () =>
    names.map((name) => readFileSync(join(folder, `${name}-t0-s0/journal.jsonl`), 'utf8'));
  const before = journals();
  const second = await cairn(home, [...study, `--json=${home}/second.json`]);
  expect([second.code, second.err]).toEqual([0, '']);
  const [, tableBefore] = first.out.split('\n\n', 2);
  const [head, table] = second.out.split('\n\n', 2);
  expect(
    neutral(head ?? '', home)
      .replace(/~[0-9a-f]+/, '')
      .replace(/val .*/, 'val <percent>'),
  ).toMatchInlineSnapshot(`
    "cairn  quickstart/smoke   textures, 20 classes   resnet8 from resnet8
           Route-constrained distillation on procedural textures
           wasm (<numerics>), <processes>
    plan   1 route, 7 runs; 7 runs reused
    warn   one seed: nothing is known of the spread, so no difference can be told from chance
    <time>  route  teacher s0  reused   3 anchors, val <percent>"
  `);
  expect(table).toBe(tableBefore);
  expect(journals()).toEqual(before);
  const again = jsonAt(join(home, 'second.json')) as StudyResult;
  expect(again.conditions.flatMap((c) => c.runs).every((run) => run.reused)).toBe(true);
  expect(JSON.stringify(again)).toBe(JSON.stringify(result).replaceAll('"reused":false', '"reused":true'));
});

test('--plan --json lists the same runs as reused', slow, async () => {
  const { code, out } = await cairn(home, [...study, '--plan', '--json']);
  const plan = JSON.parse(out) as { readonly runs: readonly { condition: string; state: string }[] };
  expect(code).toBe(0);
  expect(plan.runs.map((r) => r.condition).sort()).toEqual([...names].sort());
  expect(plan.runs.every((r) => r.state === 'reused')).toBe(true);
  // What the first call measured says how long it would take again.
  const fresh = await cairn(home, [...study, '--plan', '--fresh']);
  expect(fresh.out).toMatch(
    /^plan {3}1 route, 7 runs, [\d,]+ student images, (a few seconds|about \d+ s|about \d+ min)$/m,
  );
});

test('eval gives the stored metrics back, to the last bit', slow, async () => {
  const [run] = runsOf('rco-greedy');
  const name = run?.folder.slice(join(home, 'runs/').length) ?? '';
  const metricsOf = async (...args: string[]): Promise<object> => {
    const { out, err, code } = await cairn(home, ['eval', ...args, '--json']);
    expect([code, err]).toEqual([0, '']);
    return (JSON.parse(out) as { readonly metrics: object }).metrics;
  };
  const found = { ...(await metricsOf(name)), ...(await metricsOf(name, '--split=val')) };
  expect(found).toEqual(run?.last.metrics);
  const [teacher] = result.teachers;
  const route = teacher?.routeId ?? '';
  const manifest = jsonAt(join(home, 'routes', route, 'manifest.json')) as { anchors: { id: number }[] };
  const step = manifest.anchors.at(-1)?.id;
  const ofTeacher = Object.entries(teacher?.metrics ?? {}).filter(([key]) => key.startsWith('test/'));
  expect(await metricsOf(`${route.slice(0, 6)}@${step}`)).toEqual(Object.fromEntries(ofTeacher));
});

test('runs and routes are listed, shown and exported', slow, async () => {
  const [{ routeId = '' } = {}] = result.teachers;
  const listed = JSON.parse((await cairn(home, ['runs', '--json'])).out) as { name: string; state: string }[];
  expect(listed.map((r) => r.name.split('/').at(-1)).sort()).toEqual(names.map((n) => `${n}-t0-s0`).sort());
  expect(new Set(listed.map((r) => r.state))).toEqual(new Set(['finished']));
  const [one] = listed;
  const card = await cairn(home, ['runs', one?.name ?? '']);
  expect(card.out).toContain(`run   ${one?.name}   finished\n`);
  const routes = JSON.parse((await cairn(home, ['routes', '--json'])).out) as unknown[];
  expect(routes).toMatchObject([{ id: routeId, anchors: 3, complete: true }]);
  const shown = await cairn(home, ['routes', 'show', routeId.slice(0, 5)]);
  expect(shown.out).toContain('every hash is right');
  const exported = await cairn(home, ['routes', 'export', routeId, join(home, 'elsewhere/routes')]);
  expect(exported).toEqual({
    code: 0,
    err: '',
    out: `route ${routeId}: 3 anchors in ${home}/elsewhere/routes/${routeId}\n`,
  });
  // An exported route is a route: another home can teach along it.
  const there = await cairn(join(home, 'elsewhere'), [...study, '--only=kd']);
  expect([there.code, there.err]).toEqual([0, '']);
  expect(there.out).toMatch(/route {2}teacher s0 {2}reused/);
  expect(there.out).toMatch(/^teacher resnet8 [^]*^kd +3 /m);
  const kd = runsOf('kd')[0]?.folder.replace(home, `${home}/elsewhere`) ?? '';
  expect(await weightsAt(join(kd, 'weights/last.safetensors'))).toBe(runsOf('kd')[0]?.weightsSha256);
});

test('doctor and data check answer with exit codes and JSON', slow, async () => {
  const [doctor, all, missing] = await Promise.all([
    cairn(home, ['doctor', '--json']),
    cairn(home, ['data', 'check', '--json']),
    cairn(home, ['data', 'check', 'cifar100']),
  ]);
  expect(doctor.code).toBe(0);
  expect(JSON.parse(doctor.out)).toContainEqual(
    expect.objectContaining({ topic: 'data textures', state: 'ok' }),
  );
  expect(all.code).toBe(0);
  const states = (JSON.parse(all.out) as { id: string; state: string }[]).map((d) => [d.id, d.state]);
  expect(states).toEqual([
    ['cifar10', 'missing'],
    ['cifar100', 'missing'],
    ['textures', 'made'],
  ]);
  expect(missing).toMatchObject({ code: 1, err: '' });
});
