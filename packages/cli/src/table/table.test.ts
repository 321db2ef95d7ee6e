import type { StudyResult } from '@cairn/report';
import { sampleResult } from '@cairn/report/test-support';
import { expect, test } from 'vitest';
import { anchorsText } from './anchors-text.ts';
import { resultTable } from './table.ts';

const show = (result: StudyResult, width: number, unicode = true): string =>
  `\n${resultTable(result, { width, unicode }).join('\n')}\n`;

test('80 columns: two blocks', () => {
  expect(show(sampleResult, 80)).toMatchInlineSnapshot(`
    "
                      anchors   test top-1  vs control        vs kd
                      epochs    %           points            points
    teacher resnet20  –         81.6
    scratch                     62.1 ± 0.6                    −4.0 [−4.0, −4.0]
    kd                12        66.1 ± 0.6
    kd-restarts       12 ×4     68.0 ± 0.5                    +1.9 [ 1.7,  2.1]
    rco-eei           3 6 9 12  68.3 ± 0.6  +0.3 [−0.2, 0.8]  +2.2 [ 1.8,  2.6]

                      cost  at best val  epochs  mult-adds   time  KL to teacher
                            %                               a run           nats
    teacher resnet20                         12     4.10 T   61 s
    scratch           ×0.7  62.5 ± 0.6       12     1.20 T   30 s
    kd                ×1.0  66.5 ± 0.6       12     1.80 T   30 s          0.310
    kd-restarts       ×4.0  68.4 ± 0.5       48     7.20 T   2:00          0.212
    rco-eei           ×4.0  68.7 ± 0.6       48     7.20 T   2:00          0.198

    3 seeds, one teacher: differences under 0.5 points are likely missed (80 %
    power; 6 seeds: 0.2). Intervals are 95 % t, paired by seed.
    Test accuracy is that of the last epoch; "at best val" that of the epoch best on
    validation. ± is the standard deviation over runs.
    Matched controls: kd-restarts for rco-eei.
    Cost is multiply-adds of a run; the route itself took 4.10 T, shared by all.
    "
  `);
});

test('160 columns: one block', () => {
  expect(show(sampleResult, 160)).toMatchInlineSnapshot(`
    "
                       anchors    test top-1   vs control         vs kd               cost   at best val   epochs   mult-adds    time   KL to teacher
                       epochs     %            points             points                     %                                  a run            nats
    teacher resnet20   –          81.6                                                                         12      4.10 T    61 s
    scratch                       62.1 ± 0.6                      −4.0 [−4.0, −4.0]   ×0.7   62.5 ± 0.6        12      1.20 T    30 s
    kd                 12         66.1 ± 0.6                                          ×1.0   66.5 ± 0.6        12      1.80 T    30 s           0.310
    kd-restarts        12 ×4      68.0 ± 0.5                      +1.9 [ 1.7,  2.1]   ×4.0   68.4 ± 0.5        48      7.20 T    2:00           0.212
    rco-eei            3 6 9 12   68.3 ± 0.6   +0.3 [−0.2, 0.8]   +2.2 [ 1.8,  2.6]   ×4.0   68.7 ± 0.6        48      7.20 T    2:00           0.198

    3 seeds, one teacher: differences under 0.5 points are likely missed (80 % power; 6 seeds: 0.2). Intervals are 95 % t, paired by seed.
    Test accuracy is that of the last epoch; "at best val" that of the epoch best on validation. ± is the standard deviation over runs.
    Matched controls: kd-restarts for rco-eei.
    Cost is multiply-adds of a run; the route itself took 4.10 T, shared by all.
    "
  `);
});

test('no line is longer than the width, down to 60 columns', () => {
  for (const width of [60, 80, 100, 120]) {
    for (const unicode of [true, false]) {
      const lines = resultTable(sampleResult, { width, unicode });
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    }
  }
});

test('one seed has no spread and no interval; runs that are missing are counted', () => {
  const conditions = sampleResult.conditions.map((c, i) => ({
    ...c,
    runs: c.runs.slice(0, i === 0 ? 0 : 1),
  }));
  expect(show({ ...sampleResult, seeds: [0], conditions }, 80, false)).toMatchInlineSnapshot(`
    "
                       anchors    test top-1   vs control   vs kd    cost
                       epochs     %            points       points
    teacher resnet20   -          81.6
    scratch (n=0)
    kd                 12         65.5                               x1.0
    kd-restarts        12 x4      67.5                      +2.0     x4.0
    rco-eei            3 6 9 12   67.8         +0.3         +2.3     x4.0

                       at best val   epochs   mult-adds    time   KL to teacher
                       %                                  a run            nats
    teacher resnet20                     12      4.10 T    61 s
    scratch (n=0)
    kd                 65.9              12      1.80 T    30 s           0.310
    kd-restarts        67.9              48      7.20 T    2:00           0.212
    rco-eei            68.2              48      7.20 T    2:00           0.198

    1 seed, one teacher: no interval, so no difference can be told from chance.
    Test accuracy is that of the last epoch; "at best val" that of the epoch best on
    validation. +- is the standard deviation over runs.
    Matched controls: kd-restarts for rco-eei.
    Cost is multiply-adds of a run; the route itself took 4.10 T, shared by all.
    "
  `);
});

test('anchors in few columns', () => {
  const same = (...stages: number[][]): string => anchorsText([stages, stages]);
  expect(same([12])).toBe('12');
  expect(same([12], [12], [12])).toBe('12 ×3');
  expect(same([3], [6], [12])).toBe('3 6 12');
  expect(same([3, 6, 9])).toBe('3+6+9');
  expect(same([0.5], [1.25])).toBe('0.5 1.25');
  expect(same(...Array.from({ length: 48 }, (_, i) => [i + 1]))).toBe('1 2 … 48');
  expect(
    anchorsText([
      [[3], [12]],
      [[4], [8], [12]],
    ]),
  ).toBe('chosen, 2–3');
  expect(anchorsText([[], []])).toBe('');
});
