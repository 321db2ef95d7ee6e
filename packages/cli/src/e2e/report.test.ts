import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cairn, onlyFolder, TINY, type Outcome } from './cairn-process.ts';

const home = mkdtempSync(join(tmpdir(), 'cairn-e2e-'));
let study = '';
let first: Outcome;

const FIGURES = [
  ...['accuracy', 'calibration', 'classes', 'contrasts', 'cost', 'fidelity', 'hardness', 'landscape'],
  ...['losses', 'predictions', 'superclasses', 'weights'],
];

beforeAll(async () => {
  await cairn(home, ['run', 'quickstart', ...TINY]);
  const folder = onlyFolder(home, 'runs', 'quickstart') ?? '';
  study = folder.slice(`${home}/runs/`.length);
  first = await cairn(home, ['report', study, '--landscape', `--out=${home}/a`]);
}, 240_000);
afterAll(() => rmSync(home, { recursive: true }));

const slow = { timeout: 120_000 };
const bytesIn = (folder: string): readonly string[] =>
  readdirSync(join(home, folder, 'figures')).map((name) =>
    readFileSync(join(home, folder, 'figures', name)).toString('base64'),
  );

test('every figure of a study, as SVG and PNG, in one page without anything from outside', () => {
  expect([first.code, first.out.includes('without')]).toEqual([0, false]);
  expect(readdirSync(join(home, 'a/figures'))).toEqual(
    FIGURES.flatMap((name) => [`${name}.png`, `${name}.svg`]),
  );
  const page = readFileSync(join(home, 'a/report.html'), 'utf8');
  expect(page).not.toMatch(/(src|href)="(?!#)|@import|<script(?! type="application\/json")/);
  for (const name of FIGURES) expect(page).toContain(`<h2 id="${name}">`);
  expect(page.match(/<svg /g)).toHaveLength(FIGURES.length);
});

test('made again it is the same, from the cache', slow, async () => {
  const again = await cairn(home, ['report', study, '--landscape', `--out=${home}/b`]);
  expect(again.code).toBe(0);
  expect(bytesIn('b')).toEqual(bytesIn('a'));
});

test("the page's numbers are those of cairn compare --json", slow, async () => {
  const { out } = await cairn(home, ['compare', study, '--json']);
  const page = readFileSync(join(home, 'a/report.html'), 'utf8');
  expect(JSON.parse(/id="cairn-comparison">([^<]*)</.exec(page)?.[1] ?? '')).toEqual(JSON.parse(out));
});

test('one run, and what gives a figure that is left out', slow, async () => {
  const { code, out } = await cairn(home, ['report', `${study}/rco-eei-t0-s0`, `--out=${home}/run`]);
  expect(code).toBe(0);
  expect(readdirSync(join(home, 'run/figures')).filter((name) => name.endsWith('.svg'))).toEqual(
    ['accuracy', 'calibration', 'fidelity', 'hardness', 'losses', 'predictions', 'weights'].map(
      (name) => `${name}.svg`,
    ),
  );
  expect(out).toContain(
    'without  landscape: it takes some hundred evaluations of a network: "cairn report --landscape" works it out.',
  );
});

test('weights that were altered cost their figures, not the page', slow, async () => {
  const other = join(home, 'runs', study, 'kd-t0-s0/weights/last.safetensors');
  const bytes = readFileSync(other);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  writeFileSync(other, bytes);
  rmSync(join(home, 'cache/report'), { recursive: true });
  const { code, out } = await cairn(home, ['report', study, `--out=${home}/c`]);
  expect(code).toBe(0);
  expect(out).toMatch(
    /^without {2}calibration: CAIRN_WEIGHTS_ALTERED .*last\.safetensors: expected [0-9a-f]{64}, found [0-9a-f]{64}\.$/m,
  );
  expect(out).not.toMatch(/^without {2}(accuracy|cost|classes)/m);
});

test('a route that nothing refers to is told and removed; one in use is not', slow, async () => {
  const [route = ''] = readdirSync(join(home, 'routes'));
  expect((await cairn(home, ['gc', 'routes'])).out).toBe('nothing to remove\n');
  rmSync(join(home, 'runs', study), { recursive: true });
  expect((await cairn(home, ['routes'])).out).toMatch(new RegExp(`^${route} .* nothing refers to it$`, 'm'));
  const { out } = await cairn(home, ['gc', 'routes', '--remove']);
  expect(out).toMatch(new RegExp(`^route {2}${route} .*\\nremoved 1 folder, `));
  expect(readdirSync(join(home, 'routes'))).toEqual([]);
});
