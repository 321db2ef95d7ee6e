/** Intervals over test images: from what runs keep of each one, checked against their journals. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Comparison } from '@cairn/report';
import { expect, test } from 'vitest';
import {
  cairn,
  emptyHome,
  runsOf,
  type SyntheticRun,
  type SyntheticStudy,
  writeStudy,
} from './synthetic-study.ts';

/** Of 8 images some are right, others for each seed. */
const rights = ['00001111', '10001110', '01001101', '00011011', '00101011', '00001111'];
const some = (seeds: number, condition: string, turn: (right: string) => string): SyntheticRun[] =>
  runsOf(
    condition,
    rights.slice(0, seeds).map((right) => turn(right).replaceAll('0', '').length / 8),
    [],
  ).map((run) => ({ ...run, right: turn(rights[run.seed] ?? '') }));
const study = (seeds: number, ...more: SyntheticRun[]): SyntheticStudy => ({
  id: 'images',
  profile: 'default',
  conditions: { kd: undefined, rco: undefined, ...(more.length > 0 ? { old: undefined } : {}) },
  runs: [
    ...some(seeds, 'kd', (right) => right),
    ...some(seeds, 'rco', (right) => `1${right.slice(1)}`),
    ...more,
  ],
});

test('given these seeds; runs that do not say it are named', async () => {
  const home = emptyHome();
  await writeStudy(home, study(3, ...runsOf('old', [0.5, 0.6, 0.7], [])));
  const { out, code } = await cairn(home, 'compare images');
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "
    cairn compare  images/default   wasm-fma-1
    Does the route teach more than the converged teacher at equal cost?

    test/top1: accuracy, points, higher is better
                 difference   95 % t             images           Welch
      rco − kd        +8.33   [ −9.59, +26.26]   [0.00, +33.33]   [ −9.59, +26.26]
      old − kd       +10.00   [−14.84, +34.84]                    [−14.84, +34.84]

                 n   seen from   cost
      rco − kd   3       23.56   ×1.0
      old − kd   3       32.64   ×1.0

    3 seeds: too few seeds to conclude; the smallest p that the signs of 3
    differences can give is 0.25, with 6 it is 0.031. Intervals are 95 % t, paired
    by seed, and stand on the assumption of normal differences.
    One teacher route: everything is given this teacher, and what varies with the
    teacher cannot be split off.
    "images" is the 95 % interval over 8 test images drawn again, for these trained
    networks; other seeds vary as "95 % t" says.
    No interval over test images with old-t0-s0, old-t0-s1, old-t0-s2: made before
    Cairn kept which images a run got right ("cairn run … --fresh" makes them anew).
    True differences smaller than these are likely missed (80 % power): test/top1
    28.46 points (6 seeds: 12.51).
    The study declares no primary contrast: all of these are exploratory.
    "
  `);
});

test('from six seeds on seeds are drawn too; in every format', async () => {
  const home = emptyHome();
  await writeStudy(home, study(6));
  const { out } = await cairn(home, 'compare images --json');
  const [contrast] = (JSON.parse(out) as Comparison).contrasts;
  expect(contrast?.images?.mean).toBeCloseTo(contrast?.difference.mean ?? NaN, 12);
  expect(contrast?.images?.both).toBeDefined();
  expect((await cairn(home, 'compare images --json')).out).toBe(out);
  const text = await cairn(home, 'compare images --csv=a.csv --markdown=a.md');
  expect(text.out).toMatch(/seeds × images/);
});

test('a file that is not what the journal says, or is gone, is refused', async () => {
  const home = emptyHome();
  await writeStudy(home, study(3));
  const file = join(home, 'runs/images/default/kd-t0-s1/artifacts/test-last.safetensors');
  writeFileSync(file, 'other');
  const { err, code } = await cairn(home, 'compare images');
  expect(code).toBe(1);
  expect(err.replace(/[0-9a-f]{64}/g, '<hash>')).toMatchInlineSnapshot(`
    "
    error CAIRN_OUTCOMES_DAMAGED  <home>/runs/images/default/kd-t0-s1/artifacts/test-last.safetensors: expected SHA-256 <hash>, found <hash>
      restore it from a copy
      or train the run again: cairn run <study> --fresh --only=<condition>
    "
  `);
  rmSync(file);
  expect((await cairn(home, 'compare images')).err).toContain('found no file');
});
