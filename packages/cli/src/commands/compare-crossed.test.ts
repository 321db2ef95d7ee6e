import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Comparison } from '@cairn/report';
import { expect, test } from 'vitest';
import {
  cairn,
  emptyHome,
  runsOf,
  writeStudy,
  type SyntheticRun,
  type SyntheticStudy,
} from './synthetic-study.ts';

/** 7 seeds with two teachers: RCO is ahead of its control by 1 point, kd-long is kd. */
const noise = [0, 4, -3, 1, -2, 3, -1].map((x) => x / 2000);
const crossed: SyntheticStudy = {
  id: 'crossed',
  profile: 'evidence',
  conditions: { kd: undefined, 'kd-long': undefined, 'kd-restarts': undefined, rco: 'kd-restarts' },
  primary: [
    { condition: 'rco', against: 'kd-restarts', metric: 'test/top1', margin: 0.006 },
    { condition: 'kd-long', against: 'kd', metric: 'test/top1', margin: 0.006 },
  ],
  runs: [0, 1].flatMap((teacherSeed) => {
    const teacher = teacherSeed * 0.01;
    const of = (condition: string, at: (i: number) => number): SyntheticRun[] =>
      runsOf(
        condition,
        noise.map((_, i) => Number((teacher + at(i)).toFixed(6))),
        [],
        { teacherSeed },
      );
    const own = (i: number, by: number): number => noise[(i + by + teacherSeed) % 7] ?? 0;
    return [
      ...of('kd', (i) => 0.66 + own(i, 0)),
      ...of('kd-long', (i) => 0.6603 + own(i, 0) + own(i, 2) / 4),
      ...of('kd-restarts', (i) => 0.67 + own(i, 0) + own(i, 4) / 3),
      ...of('rco', (i) => 0.68 + teacher / 5 + own(i, 0) + own(i, 1) / 3),
    ];
  }),
};

test('seven seeds, two routes, declared contrasts: tests, Holm, equivalence, variances', async () => {
  const home = emptyHome();
  await writeStudy(home, crossed);
  expect((await cairn(home, 'compare crossed --power=0.5')).out).toMatchInlineSnapshot(`
    "
    cairn compare  crossed/evidence   wasm-fma-1
    Does the route teach more than the converged teacher at equal cost?

    test/top1: accuracy, points, higher is better
                         difference  95 % t          finding
    * rco − kd-restarts       +1.10  [+1.08, +1.12]  better with these teachers
    * kd-long − kd            +0.03  [+0.02, +0.05]  better, by less than the margin
      kd-restarts − kd        +1.00  [+0.99, +1.02]  better
      rco − kd                +2.10  [+2.09, +2.12]  better

                         Welch              r  n  least p  p signs      p t   Holm
    * rco − kd-restarts  [+1.04, +1.16]  0.90  7    0.016    0.016    <1e-6
    * kd-long − kd       [−0.02, +0.09]  0.97  7    0.016    0.016  0.00047
      kd-restarts − kd   [+0.94, +1.07]  0.95  7    0.016    0.016    <1e-6  <1e-6
      rco − kd           [+2.04, +2.17]  0.95  7    0.016    0.016    <1e-6  <1e-6

                         bootstrap       margin  TOST p  seen from  sd route
    * rco − kd-restarts  [+1.08, +1.12]    0.60    1.00       0.03      0.14
    * kd-long − kd       [+0.02, +0.05]    0.60   <1e-6       0.02      0.00
      kd-restarts − kd   [+0.99, +1.02]                       0.02      0.00
      rco − kd           [+2.09, +2.12]                       0.02      0.14

                         sd seed  sd rest  over routes     cost
    * rco − kd-restarts     0.00     0.08  [−0.17, +2.37]  ×1.0
    * kd-long − kd          0.00     0.04  [+0.02, +0.05]  ×1.0
      kd-restarts − kd      0.00     0.06  [+0.99, +1.02]  ×1.0
      rco − kd              0.00     0.06  [+0.83, +3.38]  ×1.0

    Seeds that show a difference with 80 % power; "to be safe" takes the spread at
    its 80 % upper limit.
                          metric      to show     sd   seeds   to be safe
      rco − kd-restarts   test/top1      0.50   0.02       2            2
      kd-long − kd        test/top1      0.50   0.01       2            2
      kd-restarts − kd    test/top1      0.50   0.02       2            2
      rco − kd            test/top1      0.50   0.02       2            2

    7 seeds: the smallest p that the signs of 7 differences can give is 0.016.
    Intervals are 95 % t, paired by seed.
    Differences are averaged over 2 teacher routes for each seed, and intervals are
    given these teachers; "over routes" is the interval for other teachers too.
    No interval over test images with kd-t0-s0, kd-t0-s1, kd-t0-s2 and 53 more: made
    before Cairn kept which images a run got right ("cairn run … --fresh" makes them
    anew).
    True differences smaller than these are likely missed (80 % power): test/top1
    0.02 points (14 seeds: 0.01).
    * primary, declared in the study: rco − kd-restarts, kd-long − kd. All others
    are exploratory. Holm is over the 2 exploratory contrasts of a metric.
    "
  `);
});

test('--json, --csv and --markdown hold the same numbers', async () => {
  const home = emptyHome();
  await writeStudy(home, crossed);
  const { out } = await cairn(home, 'compare crossed/evidence --json=c.json --csv c.csv --markdown c.md');
  expect(out).toContain('rco − kd-restarts');
  const read = (name: string): string => readFileSync(join(home, name), 'utf8');
  const json = JSON.parse(read('c.json')) as Comparison & { readonly notes: readonly string[] };
  expect(json).toMatchObject({ version: 1, study: 'crossed', profile: 'evidence', notes: [] });
  const [first] = json.contrasts;
  expect(first).toMatchObject({ condition: 'rco', against: 'kd-restarts', kind: 'primary', n: 7, routes: 2 });
  const [header = '', line = ''] = read('c.csv').split('\n');
  const cells = new Map(header.split(',').map((name, i) => [name, line.split(',')[i]]));
  expect(Number(cells.get('difference'))).toBe(first?.difference.mean);
  expect(Number(cells.get('low'))).toBe(first?.t?.low);
  expect(Number(cells.get('p_sign_flip'))).toBe(first?.signFlip?.p);
  expect(`\n${read('c.md')}`).toMatchInlineSnapshot(`
    "
    ## crossed/evidence

    Does the route teach more than the converged teacher at equal cost?

    ### test/top1: accuracy, points, higher is better

    |  | mean | of the other | difference | 95 % t | Welch | r | n | least p | p signs | Holm | TOST p | cost | finding |
    | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
    | **rco − kd-restarts** | 68.62 | 67.52 | +1.10 | [+1.08, +1.12] | [+1.04, +1.16] | 0.90 | 7 | 0.016 | 0.016 |  | 1.00 | ×1.0 | better with these teachers |
    | **kd-long − kd** | 66.55 | 66.51 | +0.03 | [+0.02, +0.05] | [−0.02, +0.09] | 0.97 | 7 | 0.016 | 0.016 |  | <1e-6 | ×1.0 | better, by less than the margin |
    | kd-restarts − kd | 67.52 | 66.51 | +1.00 | [+0.99, +1.02] | [+0.94, +1.07] | 0.95 | 7 | 0.016 | 0.016 | <1e-6 |  | ×1.0 | better |
    | rco − kd | 68.62 | 66.51 | +2.10 | [+2.09, +2.12] | [+2.04, +2.17] | 0.95 | 7 | 0.016 | 0.016 | <1e-6 |  | ×1.0 | better |

    7 seeds: the smallest p that the signs of 7 differences can give is 0.016. Intervals are 95 % t, paired by seed.
    Differences are averaged over 2 teacher routes for each seed, and intervals are given these teachers; "over routes" is the interval for other teachers too.
    No interval over test images with kd-t0-s0, kd-t0-s1, kd-t0-s2 and 53 more: made before Cairn kept which images a run got right ("cairn run … --fresh" makes them anew).
    True differences smaller than these are likely missed (80 % power): test/top1 0.02 points (14 seeds: 0.01).
    * primary, declared in the study: rco − kd-restarts, kd-long − kd. All others are exploratory. Holm is over the 2 exploratory contrasts of a metric.
    Numerics wasm-fma-1.
    "
  `);
  const answer = await cairn(home, 'compare crossed --json');
  expect(JSON.parse(answer.out)).toEqual(json);
});
