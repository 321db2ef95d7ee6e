import { createRandom } from '@cairn/core';
import { createPlugin, failureOf, testAnchorPolicy } from '@cairn/testing';
import { describe, expect, test } from 'vitest';
import { chooseNext, greedy, lowerBounds, median, paceOf, reachOf, runningMaximum } from './index.ts';

const create = (options: Parameters<typeof greedy>[0] = {}) => createPlugin(greedy, greedy(options));

testAnchorPolicy('greedy', () => create());
testAnchorPolicy('greedy, unlimited', () => create({ anchors: 'unlimited', delta: 0.1 }));
testAnchorPolicy('greedy, ratio of one anchor', () => create({ rule: 'ratio', anchors: 1 }));

const draw = (replicate: number) => createRandom(1).at('test', 0, replicate);
/** Hardness that is the same for all samples: a bootstrap bound is then the ratio itself. */
const constant = (...means: number[]) => means.map((value) => new Float64Array(8).fill(value));

describe('parts', () => {
  test('running maximum and median', () => {
    expect(runningMaximum([2, 1, 3, 2])).toEqual([2, 2, 3, 3]);
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBe(0);
  });

  test('reach ends at the first bound beyond the limit', () => {
    expect(reachOf([1, 1.8, 1.9, 2], 1.8)).toBe(2);
    expect(reachOf([1.9, 2], 1.8)).toBe(0);
    expect(reachOf([1, 1], 1.8)).toBe(2);
    expect(reachOf([], 1.8)).toBe(0);
  });

  test('pace takes equal steps of hardness', () => {
    // From 0.4 to 1.3 in 3 slots: a step of 0.3, so the first at 0.7 or more.
    expect(paceOf([0.4, 0.6, 0.8, 1.0, 1.3], 3)).toBe(2);
    expect(paceOf([0.4, 0.6, 0.8, 1.0, 1.3], 2)).toBe(3); // 0.85
    expect(paceOf([0.4, 0.6, 0.8, 1.0, 1.3], 1)).toBe(4);
    // Nothing gets harder: the very next.
    expect(paceOf([0.5, 0.2, 0.1], 3)).toBe(1);
    expect(paceOf([0.5], 3)).toBe(0);
  });

  test('a bound is the ratio where samples agree; floor and running maximum enter it', () => {
    expect(lowerBounds(constant(0.5, 0.6, 0.4, 1), 0, draw, 100)).toEqual([1.2, 1.2, 2]);
    expect(lowerBounds(constant(0.5, 0.6, 0.4, 1), 2, draw, 100)).toEqual([0.3, 0.3, 0.5]);
    const [perfect] = lowerBounds(constant(0, 0, 1), 0, draw, 100);
    expect(perfect).toBe(0);
  });

  test('a bound lies 1.645 standard errors below the ratio, less with fewer samples', () => {
    // Current: 1 for every sample. Next: 1 or 3 by halves, mean 2, deviation 1: standard error 1/√n.
    const samples = (n: number) => [
      new Float64Array(n).fill(1),
      Float64Array.from({ length: n }, (_, i) => 1 + 2 * (i % 2)),
    ];
    const bound = (n: number) => lowerBounds(samples(n), 0, draw, 2000)[0] ?? NaN;
    expect(Math.abs(bound(400) - (2 - 1.645 / 20))).toBeLessThan(0.015);
    expect(Math.abs(bound(36) - (2 - 1.645 / 6))).toBeLessThan(0.06);
    expect(bound(400)).toBe(bound(400));
  });
});

describe('choice', () => {
  const choose = (means: number[], current: number, slots?: number, limit = 1.8, floor = 0) => {
    const { reach, pace, choice } = chooseNext(
      { samples: constant(...means), current, floor, limit, slots },
      draw,
      100,
    );
    return { reach, pace, choice };
  };

  test('pace carries on where reach is short', () => {
    // From candidate 2 (0.4): limit 0.72, so reach 3. Three slots to 1.3: at least 0.7, so pace 4.
    expect(choose([0.3, 0.4, 0.6, 0.8, 1.0, 1.1, 1.2, 1.3], 2, 3)).toEqual({ reach: 3, pace: 4, choice: 4 });
  });

  test('reach carries on where pace is slow', () => {
    // From candidate 1 (1.0): limit 1.8, so reach 4. Three slots to 2.5: at least 1.5, so pace 3.
    expect(choose([1, 1.2, 1.6, 1.7, 2.5], 1, 3)).toEqual({ reach: 4, pace: 3, choice: 4 });
  });

  test('a noisy state counts for all after it', () => {
    // Candidate 2 is beyond 0.9, so 3 and 4 are too, although they look easy.
    expect(choose([0.5, 0.95, 0.6, 0.7, 1.2], 1, undefined)).toEqual({
      reach: 1,
      pace: undefined,
      choice: 2,
    });
  });

  test('a floor keeps a well taught student from seeing only mountains', () => {
    expect(choose([0.01, 0.15, 0.3], 1, undefined, 1.8, 0).reach).toBe(1);
    // Against 0.1: 1.5 and 3.
    expect(choose([0.01, 0.15, 0.3], 1, undefined, 1.8, 0.1).reach).toBe(2);
  });

  test('the last slot is the converged teacher, whatever the reach', () => {
    expect(choose([1, 5, 4, 3], 1, 1)).toEqual({ reach: 1, pace: 2, choice: 4 });
  });

  test('the first anchor goes by pace alone: a step from hardness 0', () => {
    // 2.0 in 4 slots: at least 0.5.
    expect(choose([0.2, 0.5, 1, 2], 0, 4)).toEqual({ reach: 0, pace: 2, choice: 2 });
    expect(choose([0.2, 0.5, 1, 2], 0, undefined)).toEqual({ reach: 0, pace: undefined, choice: 1 });
  });

  test('always forward and never past the end', () => {
    const stream = createRandom(6).at('moves');
    for (let trial = 0; trial < 200; trial++) {
      const n = 2 + stream.below(8);
      const current = stream.below(n);
      const slots = 1 + stream.below(5);
      const { choice } = choose(
        Array.from({ length: n }, () => stream.uniform()),
        current,
        slots,
      );
      expect(choice).toBeGreaterThan(current);
      expect(choice).toBeLessThanOrEqual(n);
    }
  });
});

test('options that contradict each other are refused', async () => {
  expect(await failureOf(() => create({ rule: 'ratio', delta: 1.5 }))).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID anchor-policy: got {"rule":"ratio","delta":1.5}
    delta is at most 1 with rule ratio: a share of the new hardness"
  `);
  const data = { kind: 'anchor-policy', id: 'greedy', options: { anchors: 'all' } } as const;
  expect(await failureOf(() => createPlugin(greedy, data))).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID anchor-policy.anchors: got "all"
    an integer at least 1, or "unlimited" (default 4)"
  `);
});
