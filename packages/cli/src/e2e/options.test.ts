/** What flags do to a study: which runs there are, which are reused, and where they lie. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StudyResult } from '../table/result.ts';
import { cairn, journalOf, neutral, onlyFolder, start, temporaryFolder, TINY } from './cairn-process.ts';

const slow = { timeout: 120_000 };
const study = ['run', 'quickstart', ...TINY];

interface PlannedRun {
  readonly id: string;
  readonly state: string;
  readonly reason: string;
}

async function planOf(
  home: string,
  ...args: string[]
): Promise<{ readonly routes: PlannedRun[]; readonly runs: PlannedRun[] }> {
  const { code, out } = await cairn(home, [...study, '--plan', '--json', ...args]);
  expect(code).toBe(0);
  return JSON.parse(out) as { routes: PlannedRun[]; runs: PlannedRun[] };
}

test('--plan writes nothing', slow, async () => {
  const home = temporaryFolder();
  const { code, out, err } = await cairn(home, [...study, '--plan', '--only=rco-eei']);
  expect([code, err, readdirSync(home)]).toEqual([0, '', []]);
  const text = neutral(out, home)
    .replace(/~[0-9a-f]+/, '')
    .replace(/lr \S+/g, 'lr <rate>')
    .replace(/[\d,]+ student images/g, '<n> student images')
    .replace(/[\d.]+ [MG] multiply-adds/g, '<n> multiply-adds');
  expect(text).toMatchInlineSnapshot(`
    "cairn  quickstart/smoke   textures, 20 classes   resnet8 from resnet8
           Route-constrained distillation on procedural textures
           wasm (<numerics>), <processes>
    plan   1 route, 3 runs, <n> student images
    warn   one seed: nothing is known of the spread, so no difference can be told from chance

    teacher-t0                 new       <n> multiply-adds   (never recorded)
      anchor      12   epoch     1   lr <rate>
      anchor      24   epoch     2   lr <rate>
      anchor      36   epoch     3   lr <rate>   converged

    kd-t0-s0                   new       1 epoch, <n> multiply-adds, anchors 3   (not run yet)
    rco-eei-t0-s0              new       3 epochs, <n> multiply-adds, anchors 1 2 3   (not run yet)
    kd-restarts-t0-s0          new       3 epochs, <n> multiply-adds (teacher 234 M, 91.7 M with the cache), anchors 3 3 3   (not run yet)

    to do  1 route, 3 runs, <n> student images, <n> multiply-adds
    cache  57.6 kB of teacher outputs save 142 M of the teachers' <n> multiply-adds (26 %)
    "
  `);
});

test(
  '--only brings what a condition is compared with and what it copies; --seeds multiplies',
  slow,
  async () => {
    const { runs } = await planOf(temporaryFolder(), '--only=rco-greedy', '--seeds=3,5', '--teacher-seeds=1');
    expect(runs.map((r) => r.id)).toEqual([
      'kd-t1-s3',
      'rco-greedy-t1-s3',
      'kd-restarts-greedy-t1-s3',
      'kd-t1-s5',
      'rco-greedy-t1-s5',
      'kd-restarts-greedy-t1-s5',
    ]);
  },
);

test('conditions that become equal run once', slow, async () => {
  const home = temporaryFolder();
  const { code, out, err } = await cairn(home, [...study, '--plan', '--anchor-policy=final']);
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain('rco-greedy is now the same as rco-eei and runs once');
  // Asked for by either name, and copied by either name.
  const { runs } = await planOf(home, '--anchor-policy=final', '--only=rco-greedy,kd-restarts-greedy');
  expect(runs.map((r) => r.id).sort()).toEqual([
    'kd-restarts-greedy-t0-s0',
    'kd-restarts-t0-s0',
    'kd-t0-s0',
    'rco-eei-t0-s0',
  ]);
});

const home = mkdtempSync(join(tmpdir(), 'cairn-e2e-'));
const only = [...study, '--only=kd'];
let folder = '';

beforeAll(async () => {
  const { code, err } = await cairn(home, only);
  expect([code, err]).toEqual([0, '']);
  folder = onlyFolder(home, 'runs', 'quickstart') ?? '';
}, 120_000);
afterAll(() => rmSync(home, { recursive: true }));

const weightsOf = (run: string): unknown => journalOf(run).find((r) => r['role'] === 'last')?.['sha256'];

test('another option is another variation, along the same route', slow, async () => {
  const before = readFileSync(join(folder, 'kd-t0-s0/journal.jsonl'), 'utf8');
  const { code, out } = await cairn(home, [
    ...only,
    '--student.training.epochs=2',
    `--json=${home}/result.json`,
  ]);
  expect(code).toBe(0);
  expect(out).toMatch(/route {2}teacher s0 {2}reused/);
  const { conditions } = JSON.parse(readFileSync(join(home, 'result.json'), 'utf8')) as StudyResult;
  const other = conditions[0]?.runs[0]?.folder ?? '';
  expect(other).not.toContain(`${folder}/`);
  expect(weightsOf(other)).not.toBe(weightsOf(join(folder, 'kd-t0-s0')));
  expect(readFileSync(join(folder, 'kd-t0-s0/journal.jsonl'), 'utf8')).toBe(before);
});

test('--fresh trains again, to the same weights, and keeps the old run', slow, async () => {
  const before = readFileSync(join(folder, 'kd-t0-s0/journal.jsonl'), 'utf8');
  const { code, out, err } = await cairn(home, [...only, '--fresh']);
  expect([code, err]).toEqual([0, '']);
  const [kept = ''] = readdirSync(join(folder, 'superseded'));
  expect(out).toContain(`kd-t0-s0 trains anew: --fresh; the old one is kept in superseded/${kept}\n`);
  expect(readFileSync(join(folder, 'superseded', kept, 'journal.jsonl'), 'utf8')).toBe(before);
  expect(weightsOf(join(folder, 'kd-t0-s0'))).toBe(weightsOf(join(folder, 'superseded', kept)));
  rmSync(join(folder, 'superseded'), { recursive: true });
});

test('a run of another configuration is kept aside, and it is said why', slow, async () => {
  // As if the study file had said something else when it ran.
  const journal = join(folder, 'kd-t0-s0/journal.jsonl');
  const text = readFileSync(journal, 'utf8').replace(
    /"cairn.config":"[0-9a-f]+"/,
    '"cairn.config":"0123456789abcdef"',
  );
  writeFileSync(journal, text);
  const why = 'its configuration, route or data changed since';
  const { runs } = await planOf(home, '--only=kd');
  expect(runs).toMatchObject([{ id: 'kd-t0-s0', state: 'changed', reason: why }]);
  const { code, out } = await cairn(home, only);
  expect(code).toBe(0);
  const [kept = ''] = readdirSync(join(folder, 'superseded'));
  expect(out).toContain(`kd-t0-s0 trains anew: ${why}; the old one is kept in superseded/${kept}\n`);
  expect(readFileSync(join(folder, 'superseded', kept, 'journal.jsonl'), 'utf8')).toBe(text);
  expect((await planOf(home, '--only=kd')).runs).toMatchObject([{ state: 'reused' }]);
});

test('another recorder needs the teacher again, and gets the same states', slow, async () => {
  const geometric = ['--teacher.recorder=geometric', '--only=kd'];
  const reason = expect.stringMatching(/^recorded with every-epochs .*, not with geometric /) as string;
  expect((await planOf(home, ...geometric)).routes).toMatchObject([{ state: 'new', reason }]);
  const { code, err } = await cairn(home, [...study, ...geometric]);
  expect([code, err]).toEqual([0, '']);
  expect((await planOf(home, ...geometric)).routes).toMatchObject([{ state: 'reused' }]);
  expect((await planOf(home, '--only=kd')).routes).toMatchObject([{ state: 'reused' }]);
});

test(
  'two studies that need the same teacher: the second one waits for the route of the first',
  slow,
  async () => {
    const shared = temporaryFolder();
    const first = start(shared, only);
    const second = start(shared, [...only, '--student.training.epochs=2']);
    const outcomes = await Promise.all([first.ended, second.ended]);
    expect(outcomes.map(({ code, err }) => [code, err])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    // Whichever came first trained it, once: the other waited, or found it there.
    const route = onlyFolder(shared, 'routes') ?? '';
    const types = journalOf(route).map((r) => r['type']);
    expect(types).not.toContain('resume');
    for (const once of ['run_start', 'result', 'run_end']) {
      expect(types.filter((type) => type === once)).toHaveLength(1);
    }
    expect(existsSync(join(shared, 'routes', basename(route), 'owner.lock'))).toBe(false);
  },
);
