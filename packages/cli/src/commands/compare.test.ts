import { expect, test } from 'vitest';
import { cairn, emptyHome, runsOf, small, writeStudy, type SyntheticRun } from './synthetic-study.ts';

test('three seeds: differences and intervals, and that they are too few', async () => {
  const home = emptyHome();
  await writeStudy(home, small);
  const { code, out, err } = await cairn(home, 'compare small');
  expect([code, err]).toEqual([0, '\n']);
  expect(out).toMatchInlineSnapshot(`
    "
    cairn compare  small/default   wasm-fma-1
    Does the route teach more than the converged teacher at equal cost?

    test/top1: accuracy, points, higher is better
                              difference   95 % t           Welch               r
      rco-eei − kd-restarts        +0.30   [−0.20, +0.80]   [−1.01, +1.61]   0.96
      kd-restarts − kd             +1.90   [+1.65, +2.15]   [+0.63, +3.17]   1.00
      rco-eei − kd                 +2.20   [+1.77, +2.63]   [+0.81, +3.59]   0.96

                              n   seen from   cost
      rco-eei − kd-restarts   3        0.65   ×1.0
      kd-restarts − kd        3        0.33   ×4.0
      rco-eei − kd            3        0.57   ×4.0

    test/kl: KL(converged teacher ‖ student), nats, lower is better
                              difference   95 % t               Welch
      rco-eei − kd-restarts      −0.0130   [−0.0173, −0.0087]   [−0.0172, −0.0088]
      kd-restarts − kd           −0.0970   [−0.1232, −0.0708]   [−0.1215, −0.0725]
      rco-eei − kd               −0.1100   [−0.1328, −0.0872]   [−0.1336, −0.0864]

                                  r   n   seen from   cost
      rco-eei − kd-restarts    0.50   3      0.0057   ×1.0
      kd-restarts − kd        −0.50   3      0.0344   ×4.0
      rco-eei − kd             0.50   3      0.0299   ×4.0

    3 seeds: too few seeds to conclude; the smallest p that the signs of 3
    differences can give is 0.25, with 6 it is 0.031. Intervals are 95 % t, paired
    by seed, and stand on the assumption of normal differences.
    One teacher route: everything is given this teacher, and what varies with the
    teacher cannot be split off.
    No interval over test images with kd-t0-s0, kd-t0-s1, kd-t0-s2 and 6 more: made
    before Cairn kept which images a run got right ("cairn run … --fresh" makes them
    anew).
    True differences smaller than these are likely missed (80 % power): test/top1
    0.53 points (6 seeds: 0.23); test/kl 0.0265 nats (6 seeds: 0.0117).
    The study declares no primary contrast: all of these are exploratory.
    "
  `);
});

test('one seed: no interval', async () => {
  const home = emptyHome();
  await writeStudy(home, { ...small, runs: small.runs.filter((run) => run.seed === 0) });
  expect((await cairn(home, 'compare small --metric=test/top1 --power')).out).toMatchInlineSnapshot(`
    "
    cairn compare  small/default   wasm-fma-1
    Does the route teach more than the converged teacher at equal cost?

    test/top1: accuracy, points, higher is better
                              difference   n   cost
      rco-eei − kd-restarts        +0.30   1   ×1.0
      kd-restarts − kd             +2.00   1   ×4.0
      rco-eei − kd                 +2.30   1   ×4.0

    No seeds can be planned: one seed shows no spread.

    1 seed: no interval, so no difference can be told from chance.
    One teacher route: everything is given this teacher, and what varies with the
    teacher cannot be split off.
    No interval over test images with kd-t0-s0, kd-restarts-t0-s0, rco-eei-t0-s0:
    made before Cairn kept which images a run got right ("cairn run … --fresh" makes
    them anew).
    The study declares no primary contrast: all of these are exploratory.
    "
  `);
});

test('what is not finished, changed or not planned is not counted, and named', async () => {
  const home = emptyHome();
  const runs = small.runs.map((run): SyntheticRun => {
    if (run.condition === 'kd' && run.seed === 2) return { ...run, finished: false };
    return run.condition === 'rco-eei' && run.seed === 1 ? { ...run, hash: 'older' } : run;
  });
  await writeStudy(home, { ...small, runs: [...runs, ...runsOf('ce', [0.5], [])] });
  await writeStudy(home, { ...small, runs, absent: [{ condition: 'kd', seed: 3 }] });
  const { out } = await cairn(home, 'compare small --metric=test/top1');
  expect(out).toMatchInlineSnapshot(`
    "
    cairn compare  small/default   wasm-fma-1
    Does the route teach more than the converged teacher at equal cost?

    test/top1: accuracy, points, higher is better
                              difference   95 % t           Welch            n
      rco-eei − kd-restarts        +0.40   [−0.87, +1.67]   [−3.07, +3.87]   2
      kd-restarts − kd             +1.95   [+1.31, +2.59]   [+0.22, +3.68]   2
      rco-eei − kd                 +2.30                                     1

                              seen from   cost
      rco-eei − kd-restarts        1.63   ×1.0
      kd-restarts − kd             0.82   ×4.0
      rco-eei − kd                        ×4.0

    2 seeds: too few seeds to conclude; the smallest p that the signs of 2
    differences can give is 0.50, with 6 it is 0.031. Intervals are 95 % t, paired
    by seed, and stand on the assumption of normal differences.
    One teacher route: everything is given this teacher, and what varies with the
    teacher cannot be split off.
    No interval over test images with kd-t0-s0, kd-t0-s1, kd-restarts-t0-s0 and 4
    more: made before Cairn kept which images a run got right ("cairn run … --fresh"
    makes them anew).
    True differences smaller than these are likely missed (80 % power): test/top1
    1.29 points (4 seeds: 0.24).
    The study declares no primary contrast: all of these are exploratory.
    not counted: kd-t0-s2, not finished.
    not counted: rco-eei-t0-s1, its configuration, route or data changed since.
    not counted: kd-t0-s3, not run yet.
    not counted: 1 run that the last "cairn run small" did not plan.
    "
  `);
});

test('any runs: the first condition is the baseline; other numerics are said', async () => {
  const home = emptyHome();
  await writeStudy(home, small);
  await writeStudy(home, {
    ...small,
    profile: 'long',
    runs: runsOf('kd', [0.67, 0.68, 0.68], [], { numerics: 'cpu' }),
  });
  const { out } = await cairn(home, 'compare small/default/kd small/default/rco-eei-t0-s1 small/long');
  expect(out).toMatchInlineSnapshot(`
    "
    cairn compare  runs/small/default + small/long   wasm-fma-1 + cpu

    test/top1: accuracy, points, higher is better
                                                 difference   95 % t
      small/default/rco-eei − small/default/kd        +2.00
      small/long/kd − small/default/kd                +1.57   [+0.81, +2.33]

                                                 Welch               r   n
      small/default/rco-eei − small/default/kd                           1
      small/long/kd − small/default/kd           [+0.23, +2.90]   0.87   3

                                                 seen from   cost
      small/default/rco-eei − small/default/kd               ×4.0
      small/long/kd − small/default/kd                1.00   ×1.0

    test/kl: KL(converged teacher ‖ student), nats, lower is better
                                                 difference   n   cost
      small/default/rco-eei − small/default/kd      −0.1000   1   ×4.0

    3 seeds: too few seeds to conclude; the smallest p that the signs of 3
    differences can give is 0.25, with 6 it is 0.031. Intervals are 95 % t, paired
    by seed, and stand on the assumption of normal differences.
    One teacher route: everything is given this teacher, and what varies with the
    teacher cannot be split off.
    No interval over test images with kd-t0-s0, kd-t0-s1, kd-t0-s2 and 4 more: made
    before Cairn kept which images a run got right ("cairn run … --fresh" makes them
    anew).
    True differences smaller than these are likely missed (80 % power): test/top1
    1.00 points (6 seeds: 0.44).
    The study declares no primary contrast: all of these are exploratory.
    No measured seed in common: small/long/kd − small/default/kd (test/kl).
    different numerics (wasm-fma-1, cpu): a part of the differences may be rounding.
    "
  `);
});
