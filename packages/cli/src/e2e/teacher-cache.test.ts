/** The cache of teachers' outputs changes the time of a study, and nothing else. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StudyResult } from '../table/result.ts';
import { cairn, journalOf, onlyFolder, temporaryFolder, TINY } from './cairn-process.ts';

const slow = { timeout: 240_000 };
const study = ['run', 'quickstart', ...TINY, '--student.training.epochs=2', '--only=kd,kd-restarts'];
const bank = [...study, '--seeds=0,1', '--augmentation.views=2'];

interface Found {
  /** Of all final weights, by run. */
  readonly weights: readonly string[];
  readonly out: string;
  /** Multiply-adds as the method costs them, and those that were not done. */
  readonly cost: number;
  readonly cached: number;
}

async function train(home: string, args: readonly string[], env = {}): Promise<Found> {
  const { code, out, err } = await cairn(home, [...args, `--json=${home}/result.json`], env);
  expect([code, err]).toEqual([0, '']);
  const { conditions } = JSON.parse(readFileSync(join(home, 'result.json'), 'utf8')) as StudyResult;
  const runs = conditions.flatMap((c) => c.runs.map((run) => ({ name: `${c.name} ${run.seed}`, ...run })));
  const sum = (of: (run: (typeof runs)[number]) => number) => runs.reduce((total, run) => total + of(run), 0);
  return {
    weights: runs.map(({ name, weightsSha256 }) => `${name} ${weightsSha256}`),
    out,
    cost: sum((run) => run.multiplyAdds),
    cached: sum((run) => run.cachedMultiplyAdds ?? 0),
  };
}

/** Files in the cache and their bytes. */
function cacheOf(home: string): { readonly files: number; readonly bytes: number } {
  const folder = join(home, 'cache/teacher');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return {
    files: names.length,
    bytes: names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0),
  };
}

/** The home again without its students. */
function withoutRuns(home: string): void {
  rmSync(join(home, 'runs'), { recursive: true });
}

test('two processes side by side, a cold, a warm and no cache: the same weights', slow, async () => {
  const home = temporaryFolder();
  const cold = await train(home, study);
  expect(cold.cached).toBeGreaterThan(0);
  expect(cold.out.replaceAll(/\s+/g, ' ')).toMatch(
    /multiply-adds [\d.]+ [MG] were not done again: teachers' outputs came from the cache\./,
  );
  const { files } = cacheOf(home);
  withoutRuns(home);
  const warm = await train(home, study);
  expect(warm.cached).toBeGreaterThan(cold.cached);
  withoutRuns(home);
  const off = await train(home, study, { CAIRN_CACHE_LIMIT: '0' });
  expect([warm.weights, off.weights]).toEqual([cold.weights, cold.weights]);
  expect([warm.cost, off.cost, off.cached]).toEqual([cold.cost, cold.cost, 0]);
  // Nobody asks for more than is there.
  expect(cacheOf(home).files).toBe(files);
});

test(
  'a bank of views: planned, shared by seeds, told in the journal, bounded, repeated by rerun',
  slow,
  async () => {
    const home = temporaryFolder();
    const planned = await cairn(home, [...bank, '--plan']);
    const [, share = ''] = /^cache .* save .* multiply-adds \((\d+) %\)$/m.exec(planned.out) ?? [];
    expect(Number(share)).toBeGreaterThan(60);
    const shared = await train(home, bank);
    const folder = onlyFolder(home, 'runs', 'quickstart') ?? '';
    const tags = journalOf(join(folder, 'kd-restarts-t0-s1')).filter((r) => r['type'] === 'tags');
    const [, cached, all] = /(\d+) of (\d+) batches/.exec(JSON.stringify(tags)) ?? [];
    expect(Number(cached) / Number(all)).toBeGreaterThan(0.8);
    const run = folder.split('/').slice(-2).join('/');
    const again = await cairn(home, ['rerun', `${run}/kd-restarts-t0-s1`]);
    expect([again.code, again.out]).toEqual([0, expect.stringMatching(/equal: \d+ things, bit by bit/)]);
    for (const limit of ['0', '40kB']) {
      withoutRuns(home);
      rmSync(join(home, 'cache/teacher'), { recursive: true, force: true });
      expect((await train(home, [...bank, `--cache-limit=${limit}`])).weights).toEqual(shared.weights);
      expect(cacheOf(home).bytes).toBeLessThan(42e3);
    }
  },
);

test('a cache folder that cannot be used is said, and the study goes on', slow, async () => {
  const home = temporaryFolder();
  const args = [...study, '--only=kd'];
  const whole = await train(home, args);
  withoutRuns(home);
  rmSync(join(home, 'cache/teacher'), { recursive: true });
  writeFileSync(join(home, 'cache/teacher'), 'a file where a folder should be');
  const { out, weights } = await train(home, args);
  const said = out
    .split('\n')
    .filter((line) => line.includes('goes on without the cache of teacher outputs'));
  expect(said).toHaveLength(1);
  expect(said[0]).toContain(`${home}/cache/teacher`);
  expect(weights).toEqual(whole.weights);
});

test('a size that is none is refused before anything is trained', async () => {
  const home = temporaryFolder();
  const { code, err } = await cairn(home, ['run', 'quickstart', '--cache-limit=much']);
  expect([code, err]).toMatchInlineSnapshot(`
    [
      2,
      "error CAIRN_FLAG_VALUE  --cache-limit: got "much"
      a size such as 4GB or 500MB, or 0
    ",
    ]
  `);
  const env = await cairn(home, ['run', 'quickstart', '--plan'], { CAIRN_CACHE_LIMIT: '5' });
  expect([env.code, env.err]).toMatchInlineSnapshot(`
    [
      2,
      "error CAIRN_ENV_VALUE  CAIRN_CACHE_LIMIT: got "5"
      a size such as 4GB or 500MB; 0 for no cache
    ",
    ]
  `);
});
