/** What a finished run says of itself can be checked, and the run repeated to the last bit. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cairn, journalOf, onlyFolder, temporaryFolder, TINY } from './cairn-process.ts';

const slow = { timeout: 120_000 };
const home = mkdtempSync(join(tmpdir(), 'cairn-e2e-'));
const study = ['run', 'quickstart', ...TINY, '--only=kd-restarts-greedy'];
const RUN = 'kd-restarts-greedy-t0-s0';
let profile = '';

beforeAll(async () => {
  const { code, err } = await cairn(home, study);
  expect([code, err]).toEqual([0, '']);
  profile = onlyFolder(home, 'runs', 'quickstart')?.split('/').at(-1) ?? '';
}, 120_000);
afterAll(() => rmSync(home, { recursive: true }));

interface Verified {
  readonly wrong: number;
  readonly verified: readonly {
    readonly name: string;
    readonly findings: readonly { readonly what: string; readonly state: string; readonly text: string }[];
  }[];
}

async function verify(where: string, what: string): Promise<Verified & { readonly code: number | null }> {
  const { code, out, err } = await cairn(where, ['verify', what, '--json']);
  expect(err).toBe('');
  return { code, ...(JSON.parse(out) as Verified) };
}

function copy(): { readonly where: string; readonly run: string; readonly route: string } {
  const where = temporaryFolder();
  cpSync(home, where, { recursive: true });
  return {
    where,
    run: join(where, 'runs/quickstart', profile, RUN),
    route: onlyFolder(where, 'routes') ?? '',
  };
}

function edit(file: string, change: (text: string) => string): void {
  const text = readFileSync(file, 'latin1');
  expect(change(text)).not.toBe(text);
  writeFileSync(file, change(text), 'latin1');
}

test('a run says where it comes from', () => {
  const run = join(home, 'runs/quickstart', profile, RUN);
  const [begin] = journalOf(run);
  expect(begin?.['tags']).toMatchObject({
    'cairn.command': ['cairn', ...study].join(' '),
    'cairn.plan': expect.stringMatching(/^[0-9a-f]{16}$/) as string,
    'cairn.commit': expect.stringMatching(/^([0-9a-f]{40}$|unknown: )/) as string,
    'cairn.lockfile': expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    'cairn.node': process.versions.node,
    'cairn.tfjs': '4.22.0',
  });
  const initial = journalOf(run).find((r) => r['type'] === 'weights' && r['role'] === 'initial')?.['sha256'];
  expect(journalOf(run)).toContainEqual(expect.objectContaining({ tags: { 'cairn.initial': initial } }));
  const file = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')) as Record<string, unknown>;
  expect(Object.keys(file).sort()).toEqual([
    'backend',
    'config',
    'dataset',
    'digest',
    'identity',
    'numerics',
    'provenance',
    'route',
    'spec',
    'version',
  ]);
  const manifest = readFileSync(join(onlyFolder(home, 'routes') ?? '', 'manifest.json'), 'utf8');
  expect(JSON.parse(manifest)).toMatchObject({ provenance: { command: ['cairn', ...study].join(' ') } });
});

test('a whole study verifies: runs, route, data', slow, async () => {
  const { code, wrong, verified } = await verify(home, 'quickstart');
  expect([code, wrong]).toEqual([0, 0]);
  const runs = readdirSync(join(home, 'runs/quickstart', profile)).filter((name) => /-s0$/.test(name));
  const names = runs.map((name) => `quickstart/${profile}/${name}`);
  const found = verified.map((v) => v.name.replace(/^route .*/, 'route')).sort();
  expect(found).toEqual([...names, 'data', 'route', `study quickstart/${profile}`].sort());
  const good = verified.flatMap((v) => v.findings.filter((f) => f.state === 'good').map((f) => f.what));
  const kept = ['weights/last', 'weights/best', 'artifacts/test-last.safetensors'];
  for (const what of ['journal', 'run.json', ...kept, 'result', 'initial', 'plan']) {
    expect(good.filter((g) => g === what).length).toBeGreaterThanOrEqual(runs.length);
  }
  expect(good).toEqual(
    expect.arrayContaining([
      'manifest',
      'anchor 36',
      'data textures',
      'data digest',
      'study.json',
      'last test/top1',
    ]),
  );
  const shown = await cairn(home, ['verify', `quickstart/${profile}/${RUN}`]);
  expect(shown.code).toBe(0);
  expect(shown.out).toMatch(/^ {2}good {5}weights\/last +[0-9a-f]{16}$/m);
  expect(shown.out).toMatch(/things looked at: nothing is wrong\n$/);
});

test('whatever is not as it was recorded is named', slow, async () => {
  const { where, run, route } = copy();
  edit(
    join(run, 'weights/stage-1.safetensors'),
    (text) => `${text.slice(0, -1)}${text.endsWith('\0') ? '\x01' : '\0'}`,
  );
  edit(join(run, 'artifacts/test-last.safetensors'), (text) => text.slice(1));
  edit(join(run, 'run.json'), (text) => text.replace('"batch": ', '"batch": 1'));
  edit(join(route, 'step-00000036.safetensors'), (text) => text.slice(0, -1));
  const plan = readdirSync(join(run, '../plans'))[0] ?? '';
  edit(join(run, '../plans', plan), (text) => text.replace('"images": ', '"images": 1'));
  const { code, verified } = await verify(where, `quickstart/${profile}/${RUN}`);
  const wrong = verified.flatMap(({ findings }) =>
    findings.filter((f) => f.state === 'wrong').map((f) => f.what),
  );
  const altered = ['anchor 36', 'artifacts/test-last.safetensors', 'plan', 'run.json', 'weights/stage-1'];
  expect([code, [...new Set(wrong)].sort()]).toEqual([1, altered]);
  edit(join(route, 'manifest.json'), (text) => text.replace('"val/top1": 0.', '"val/top1": 0.1'));
  edit(join(run, 'journal.jsonl'), (text) => text.replace(/\{"v":\d/, '{"v":'));
  const more = await verify(where, `quickstart/${profile}/${RUN}`);
  const found = more.verified.flatMap(({ findings }) => findings.filter((f) => f.state === 'wrong'));
  expect(found.map((f) => [f.what, f.text.split('  ')[0]])).toEqual([
    ['journal', 'CAIRN_JOURNAL_DAMAGED'],
    ['run.json', expect.stringMatching(/^expected/)],
    ['manifest', 'CAIRN_ROUTE_DAMAGED'],
    ['plan', expect.stringMatching(/^expected/)],
  ]);
});

test('a result that its predictions do not bear out, another digest, another declaration', slow, async () => {
  const { where, run } = copy();
  edit(join(run, 'journal.jsonl'), (text) => text.replace(/("last":\{.*?"test\/top1":)0\.\d+/, '$10.99'));
  edit(join(run, 'run.json'), (text) => text.replace(/^ "digest": "./m, ' "digest": "x'));
  edit(join(run, '../study.json'), (text) => text.replace(/("hash": ")./, '$1x'));
  const { verified } = await verify(where, `quickstart/${profile}/${RUN}`);
  const wrong = verified.flatMap(({ findings }) => findings.filter((f) => f.state === 'wrong'));
  expect(wrong.map(({ what, text }) => [what, text.replace(/0\.\d+|x?[0-9a-f]{15,}/g, '<n>')])).toEqual([
    ['data digest', 'expected <n>, found <n>'],
    ['last test/top1', 'the journal says <n>, its predictions <n>'],
    ['study.json', 'expected <n>, found <n>'],
    ['data textures', 'expected <n>, found <n>'],
  ]);
});

test('rerun repeats a run to the last bit', slow, async () => {
  const again = await cairn(home, ['rerun', `quickstart/${profile}/${RUN}`, '--anyway']);
  expect([again.code, again.err]).toEqual([0, '']);
  expect(again.out).toMatch(/^equal: \d+ things, bit by bit$/m);
});

test('rerun names what differs, and refuses other code', slow, async () => {
  const { where, run } = copy();
  edit(join(run, 'journal.jsonl'), (text) => text.replace(/("role":"stage-1".*?"sha256":")./, '$1x'));
  edit(join(run, 'journal.jsonl'), (text) => text.replace(/("cairn.lockfile":")[0-9a-f]{4}/, '$1dead'));
  const name = `quickstart/${profile}/${RUN}`;
  const refused = await cairn(where, ['rerun', name]);
  expect(refused.code).toBe(1);
  expect(refused.err).toMatch(
    /^error CAIRN_RERUN_CHANGED {2}cairn rerun: not what the run was made with: .*lockfile: dead/,
  );
  const { code, out } = await cairn(where, ['rerun', name, '--anyway', '--json']);
  const { changed, differences } = JSON.parse(out) as {
    readonly changed: readonly string[];
    readonly differences: readonly { readonly what: string }[];
  };
  expect([code, differences.map((d) => d.what)]).toEqual([1, ['weights/stage-1']]);
  expect(changed.join()).toContain('lockfile: dead');
});
