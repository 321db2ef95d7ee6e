import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { findChromium, openBrowser } from './browser.ts';
import { cairn, journalOf, onlyFolder, TINY, type Outcome } from './cairn-process.ts';

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

const chromium = findChromium();
const inCi = process.env['CI'] !== undefined && process.env['CI'] !== 'false';
const SHOTS = fileURLToPath(new URL('../../../../build-output/report/', import.meta.url));
/** How a page is looked at. Paper is light whatever the screen is. */
const VIEWS = [
  { name: 'light', width: 1280, colorScheme: 'light', media: 'screen' },
  { name: 'dark', width: 1280, colorScheme: 'dark', media: 'screen' },
  { name: 'narrow', width: 400, colorScheme: 'light', media: 'screen' },
  { name: 'print', width: 720, colorScheme: 'dark', media: 'print' },
] as const;

test.skipIf('missing' in chromium && !inCi)(
  `in a browser without network: every figure whole, light and dark, narrow and in print ${'missing' in chromium ? chromium.missing : ''}`,
  slow,
  async () => {
    if ('missing' in chromium) throw new Error(chromium.missing);
    const browser = await openBrowser(chromium.path);
    onTestFinished(() => browser.close());
    const url = pathToFileURL(join(home, 'a/report.html')).href;
    const faults: string[] = [];
    const colours = new Map<string, PageLook['colours']>();
    for (const { name, width, colorScheme, media } of VIEWS) {
      const context = await browser.newContext({
        viewport: { width, height: 1000 },
        colorScheme,
        offline: true,
      });
      const page = await context.newPage();
      page.on('console', (message) => faults.push(`${name}: ${message.type()} ${message.text()}`));
      page.on('pageerror', (error) => faults.push(`${name}: ${error.message}`));
      page.on('request', (request) => {
        if (request.url() !== url) faults.push(`${name}: asked for ${request.url()}`);
      });
      await page.emulateMedia({ media, colorScheme });
      await page.goto(url);
      const look = await page.evaluate(lookOfPage);
      await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
      await context.close();
      expect(look.figures.map((figure) => figure.name).sort()).toEqual(FIGURES);
      for (const figure of look.figures) {
        expect([figure.width > 150, figure.height > 60, figure.outside], `${name} ${figure.name}`).toEqual([
          true,
          true,
          [],
        ]);
      }
      expect(look.wider, `${name}: the page is wider than its window`).toBe(0);
      colours.set(name, look.colours);
    }
    expect(faults).toEqual([]);
    expect(colours.get('dark')).not.toEqual(colours.get('light'));
    expect(colours.get('print')).toEqual(colours.get('light'));
    expect(colours.get('light')).toEqual({ paper: 'rgb(255, 255, 255)', ink: 'rgb(27, 27, 26)' });
  },
);

interface PageLook {
  readonly figures: readonly {
    readonly name: string;
    readonly width: number;
    readonly height: number;
    /** Texts that the figure's edge cuts off. */
    readonly outside: readonly string[];
  }[];
  /** Pixels beyond the window. */
  readonly wider: number;
  /** Of the page, and of a figure's text. */
  readonly colours: { readonly paper: string; readonly ink: string };
}

/** Runs in the page. */
function lookOfPage(): PageLook {
  const { document, innerWidth, getComputedStyle } = globalThis;
  const figures = [...document.querySelectorAll('figure')].map((figure) => {
    const svg = figure.querySelector('svg');
    if (svg === null) throw new Error('a figure without a picture');
    const box = svg.getBoundingClientRect();
    const outside = [...svg.querySelectorAll('text')].flatMap((text) => {
      const { left, right, top, bottom } = text.getBoundingClientRect();
      const cut =
        left < box.left - 1 || right > box.right + 1 || top < box.top - 2 || bottom > box.bottom + 2;
      return cut ? [text.textContent] : [];
    });
    return {
      name: figure.getAttribute('aria-labelledby') ?? '',
      width: box.width,
      height: box.height,
      outside,
    };
  });
  const text = document.querySelector('#cost ~ figure text[font-size="11px"]') ?? document.body;
  return {
    figures,
    wider: document.documentElement.scrollWidth - innerWidth,
    colours: {
      paper: getComputedStyle(document.body).backgroundColor,
      ink: getComputedStyle(text).fill,
    },
  };
}

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

test('figures say what the journals say', () => {
  const folder = join(home, 'runs', study, 'rco-eei-t0-s0');
  const points = journalOf(folder).flatMap(
    (record) => (record['metrics'] ?? []) as [string, number, number][],
  );
  const last = (key: string): number => points.findLast(([name]) => name === key)?.[1] ?? NaN;
  const epochs = points.findLast(([name]) => name === 'stage/kl')?.[2] ?? NaN;
  const words = (figure: string): string =>
    /<desc>(.*?)<\/desc>/.exec(readFileSync(join(home, `a/figures/${figure}.svg`), 'utf8'))?.[1] ?? '';
  expect(words('accuracy')).toContain(`rco-eei ends at ${(100 * last('val/top1')).toFixed(1)} %`);
  expect(words('fidelity')).toContain(`rco-eei ${last('val/kl').toPrecision(3)}`);
  expect(words('losses')).toContain(`rco-eei ${last('train/loss').toPrecision(3)}`);
  // Asked of stored weights again, and in its own words: the same number as the run wrote down.
  expect(words('hardness')).toMatch(
    new RegExp(
      `rco-eei after ${epochs} epochs: [^,;]*, ${last('stage/kl').toPrecision(3)} nats from the converged`,
    ),
  );
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
    /^without {2}calibration: CAIRN_WEIGHTS_ALTERED .*last\.safetensors: expected [0-9a-f]{64}, found [0-9a-f]{64} \(restore it from a copy; or train the run again: .*\)\.$/m,
  );
  expect(out).not.toMatch(/^without {2}(accuracy|cost|classes)/m);
});

test('a route that is not here costs its figures, not the page', slow, async () => {
  const [route = ''] = readdirSync(join(home, 'routes'));
  const [from, aside] = [join(home, 'routes', route), join(home, 'aside')];
  renameSync(from, aside);
  const { code, out } = await cairn(home, ['report', `${study}/rco-eei-t0-s0`, `--out=${home}/d`]);
  renameSync(aside, from);
  expect(code).toBe(0);
  expect(out).toContain(
    "without  hardness: no run has a route that is here: it shows students against their teacher's states.\n",
  );
  const page = readFileSync(join(home, 'd/report.html'), 'utf8');
  expect(page).toContain('Left out: no run has a route that is here');
  expect(page).toContain('<h2 id="predictions">Paths in the plane of predictions</h2>\n    <figure');
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
