/** What PyTorch trained and saved, from the folder to a student: `tools/golden/pytorch` made the fixture. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { wasmBackend } from '@cairn/backend-wasm';
import { createRegistry } from '@cairn/core';
import { BatchMaker, predictLogits } from '@cairn/engine';
import { openFolder } from '@cairn/route';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readNpy } from '../analyse/npy.ts';
import { tarOf } from '../data/fixtures/small-source.ts';
import { NodeStore } from '../files/index.ts';
import { cairn as cairnWith, type Outcome } from '../test-host.ts';
import { GOLDEN, plugins, studies } from './test-support/tiny-study.ts';

const ROUTE = `${GOLDEN}/route`;
const PROGRAM = fileURLToPath(new URL('test-support/tiny-program.ts', import.meta.url));
const expected = JSON.parse(readFileSync(`${GOLDEN}/expected.json`, 'utf8')) as Record<
  string,
  { readonly top1: number; readonly nll: number }
>;

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cairn-pytorch-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const cairn = (line: string, at = home): Promise<Outcome> =>
  cairnWith(line, { plugins: async () => plugins, studies, env: { CAIRN_HOME: at } });

/** The id of the route that was imported. */
async function imported(at = home): Promise<string> {
  const { code, err, out } = await cairn(`routes import ${ROUTE} --study=tiny --json`, at);
  expect([code, err]).toEqual([0, '']);
  return (JSON.parse(out) as { readonly id: string }).id;
}

async function metricsOf(what: string, at = home): Promise<Record<string, number>> {
  const { code, err, out } = await cairn(`eval ${what} --json`, at);
  expect([code, err]).toEqual([0, '']);
  return (JSON.parse(out) as { readonly metrics: Record<string, number> }).metrics;
}

const neutral = (text: string): string =>
  text
    .replaceAll(home, '<home>')
    .replaceAll(GOLDEN, '<golden>')
    .replace(/[0-9a-f]{64}/g, '<sha256>');

test('logits of every checkpoint are those of PyTorch', async () => {
  const registry = createRegistry(plugins);
  const { study } = await studies.load('tiny');
  const backend = wasmBackend();
  await backend.activate({});
  const splits = await registry.create(study.dataset).open({ files: async () => new Map() });
  const graph = registry.create(study.teacher.model).graph(splits.spec);
  const rows = Int32Array.from({ length: splits.test.size }, (_, i) => i);
  const network = backend.compile(graph, { taps: [], train: false });
  const checkpoints = await openFolder(new NodeStore(ROUTE), { graph });
  expect(checkpoints.map((c) => c.count)).toEqual([1, 2, 4, 6, 8]);
  for (const { count, weights } of checkpoints) {
    network.load({ weights: await weights(), optimizer: {}, updates: 0 });
    const found = await predictLogits(network, new BatchMaker(splits.test, splits.spec.input), rows);
    const { data } = readNpy(new Uint8Array(readFileSync(`${GOLDEN}/logits/epoch_${count}.npy`)), 'logits');
    expect(found).toHaveLength(data.length);
    expect(Math.max(...found.map((value, i) => Math.abs(value - (data[i] ?? NaN))))).toBeLessThan(1e-4);
  }
  network.dispose();
});

test('a folder becomes a route that evaluates as PyTorch does', async () => {
  const { code, out } = await cairn(`routes import ${ROUTE} --study=tiny`);
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "route 15bbc331f5bf32c3   resnet8   5 anchors
    epochs 1 2 4 6 8

    cairn analyse 15bbc3                          its hardness map
    cairn eval 15bbc3@8
    cairn run <study> --teacher-route=15bbc3      teaches along it
    "
  `);
  const [id = ''] = readdirSync(join(home, 'routes'));
  for (const [epoch, { top1, nll }] of Object.entries(expected)) {
    const metrics = await metricsOf(`${id.slice(0, 6)}@${epoch}`);
    expect(metrics['test/top1']).toBe(top1);
    expect(metrics['test/nll']).toBeCloseTo(nll, 5);
  }
  expect((await cairn(`routes import ${ROUTE} --study=tiny`)).out).toContain('was here already');
  expect((await cairn('routes list')).out).toBe(
    `${id}  resnet8       imported     5 anchors  8 epochs   133 kB\n`,
  );
  expect((await cairn(`routes show ${id}`)).out).toContain('every hash is right');
});

test('another model, no study, a map that is none: refused with what to do', async () => {
  const refused = async (line: string) => {
    const { code, err } = await cairn(line);
    expect(code).toBeGreaterThan(0);
    return neutral(err);
  };
  expect(await refused(`routes import ${ROUTE}`)).toMatchInlineSnapshot(`
    "error CAIRN_STUDY_UNKNOWN  cairn routes import: weights do not say their model and data
      --study=<tiny>: its teacher's model and its data are taken
      another model by its options: --study=cifar100-rco --teacher.model.depth=20
    "
  `);
  const deeper = await refused(`routes import ${ROUTE} --study=tiny --teacher.model.depth=14`);
  expect(deeper).toContain('epoch_1.safetensors: 0 names unknown to the model, 30 of its own missing');
  const wider = await refused(`routes import ${ROUTE} --study=tiny --teacher.model.width=8`);
  expect(wider).toContain('epoch_1.safetensors: "conv1.weight" is float32 [4, 3, 3, 3]');
  writeFileSync(join(home, 'names.json'), '{"fc.": 1}');
  expect(await refused(`routes import ${ROUTE} --study=tiny --names=${home}/names.json`))
    .toMatchInlineSnapshot(`
    "error CAIRN_NAMES_INVALID  --names: <home>/names.json: got fc.: 1
      a JSON object from names, or their beginnings with a dot, to ours: {"stem.": "conv1.", "aux.": null}
    "
  `);
  expect(await refused(`routes import ${home}/nothing --study=tiny`)).toMatchInlineSnapshot(`
    "error CAIRN_FILE_MISSING  cairn routes import: no <home>/nothing
      a folder of .safetensors files, or an archive that cairn routes pack has made
    "
  `);
  expect(await refused('routes list --study=tiny')).toMatchInlineSnapshot(`
    "error CAIRN_FLAG_UNKNOWN  cairn routes list: --study is for import alone
      cairn routes import <path> --study=…
    "
  `);
  expect(existsSync(join(home, 'routes'))).toBe(false);
});

test('altered and missing files are named, and nothing is written', async () => {
  const folder = join(home, 'saved');
  cpSync(ROUTE, folder, { recursive: true });
  rmSync(join(folder, 'epoch_4.safetensors'));
  const bytes = readFileSync(join(folder, 'epoch_6.safetensors'));
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
  writeFileSync(join(folder, 'epoch_6.safetensors'), bytes);
  const { err } = await cairn(`routes import ${folder} --study=tiny`);
  expect(neutral(err)).toMatchInlineSnapshot(`
    "error CAIRN_ANCHOR_MISSING  <home>/saved/epoch_4.safetensors is listed in SHA256SUMS and is not there
      restore it, or name the epochs to take: --epochs=10,20
    error CAIRN_ANCHOR_ALTERED  <home>/saved/epoch_6.safetensors is altered: expected SHA-256 <sha256>, found <sha256>
      restore it from where it came
    "
  `);
  expect(existsSync(join(home, 'routes'))).toBe(false);
});

test('students are taught along it, and no teacher is trained', { timeout: 60_000 }, async () => {
  const id = await imported();
  const run = (...args: string[]) => {
    const env = { PATH: process.env['PATH'], CAIRN_HOME: home, LANG: 'C.UTF-8' };
    return spawnSync(process.execPath, [PROGRAM, 'run', 'tiny', ...args], { encoding: 'utf8', env });
  };
  const { status, stderr } = run(`--teacher-route=${id.slice(0, 6)}`, `--json=${home}/result.json`);
  expect([status, stderr]).toEqual([0, '']);
  const { teachers, conditions } = JSON.parse(readFileSync(join(home, 'result.json'), 'utf8')) as {
    readonly teachers: readonly { readonly metrics: Record<string, number> }[];
    readonly conditions: readonly {
      runs: readonly { stages: readonly { anchors: readonly number[] }[] }[];
    }[];
  };
  expect(teachers).toMatchObject([{ routeId: id, model: 'resnet8', anchors: 5, epochs: 8 }]);
  expect(teachers[0]?.metrics['test/top1']).toBe(expected['8']?.top1);
  expect(conditions.map(({ runs }) => runs[0]?.stages.map((s) => s.anchors))).toEqual([[[8]], [[4], [8]]]);
  const again = run(`--teacher-route=${id}`);
  expect(again.stdout).toContain('2 runs reused');
  expect(again.stdout).toContain(`teacher: imported route ${id}, resnet8, 5 anchors; none is trained`);
});

test('a route that does not fit the study is refused before anything starts', async () => {
  const id = await imported();
  const refused = async (flags: string) =>
    neutral((await cairn(`run tiny --plan ${flags}`)).err).replaceAll(id, '<id>');
  expect(await refused('--teacher-route=beef')).toContain(
    'CAIRN_ROUTE_UNKNOWN  --teacher-route: no route "beef"',
  );
  expect(await refused(`--teacher-route=${id} --teacher.training.epochs=3`)).toMatchInlineSnapshot(`
    "error CAIRN_TEACHER_GIVEN  --teacher.training.epochs: the teacher is given by --teacher-route
      leave one of the two out
    "
  `);
  expect(await refused(`--teacher-route=${id} --dataset.mean=0.4`)).toContain(
    'CAIRN_DATA_CHANGED  route <id> was trained on {"classes":4,"id":"golden","input":{"channels":3',
  );
});

test('an archive brings the route to another home, and a changed one does not', async () => {
  const id = await imported();
  const archive = join(home, 'route.tar');
  const packed = await cairn(`routes pack ${id.slice(0, 6)} ${archive}`);
  expect(neutral(packed.out)).toBe(`route ${id}: 5 anchors in <home>/route.tar, 0.1 MB\n`);
  const bytes = readFileSync(archive);
  await cairn(`routes pack ${id} ${archive}`);
  expect(readFileSync(archive).equals(bytes)).toBe(true);
  const other = join(home, 'other');
  expect((await cairn(`routes import ${archive}`, other)).code).toBe(0);
  expect((await metricsOf(`${id}@8`, other))['test/top1']).toBe(expected['8']?.top1);
  expect((await cairn(`routes import ${archive}`, other)).out).toContain('was here already');

  const third = join(home, 'third');
  const refused = async (content: Uint8Array) => {
    writeFileSync(join(home, 'bad.tar'), content);
    const { code, err } = await cairn(`routes import ${home}/bad.tar`, third);
    expect(code).toBe(1);
    expect(existsSync(join(third, 'routes')) ? readdirSync(join(third, 'routes')) : []).toEqual([]);
    return neutral(err).split('\n')[0]?.replaceAll(id, '<id>');
  };
  const changed = Buffer.from(bytes);
  changed[changed.indexOf(`${id}/step-00000004`) + 5000] = 7;
  expect(await refused(changed)).toContain('CAIRN_ANCHOR_ALTERED  <id>/step-00000004.safetensors is altered');
  const link = tarOf([{ path: `${id}/manifest.json`, type: 'SymbolicLink', linkpath: '/etc/passwd' }]);
  expect(await refused(link)).toContain('holds a SymbolicLink');
  expect(await refused(tarOf([{ path: '../evil' }]))).toContain('holds ../evil, which is no part of a route');
  expect(await refused(bytes.subarray(0, 70_000))).toContain('CAIRN_ROUTE_ARCHIVE');
  expect(await refused(new Uint8Array(100))).toContain('error CAIRN_ROUTE_');
});
