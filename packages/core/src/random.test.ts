import { expect, test } from 'vitest';
import { createRandom, threefry2x32 } from './random.ts';

// Known answers of the Random123 distribution (kat_vectors, threefry2x32, 20 rounds).
test.each([
  [
    [0, 0],
    [0, 0],
    [0x6b200159, 0x99ba4efe],
  ],
  [
    [0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x1cb996fc, 0xbb002be7],
  ],
  [
    [0x13198a2e, 0x03707344],
    [0x243f6a88, 0x85a308d3],
    [0xc4923a9c, 0x483df7a0],
  ],
] as const)('threefry2x32 key %j counter %j', (key, counter, expected) => {
  expect(threefry2x32(key, counter)).toEqual(expected);
});

test('a draw depends on its address alone', () => {
  const a = createRandom(7);
  a.at('order', 3).permutation(10);
  const b = createRandom(7);
  expect(a.at('crop', 2, 5).uint32()).toBe(b.at('crop', 2, 5).uint32());
  const others = [
    b.at('crop', 2, 6),
    b.at('crop', 3, 5),
    b.at('flip', 2, 5),
    createRandom(8).at('crop', 2, 5),
  ];
  const values = [a.at('crop', 2, 5), ...others].map((s) => s.uint32());
  expect(new Set(values).size).toBe(5);
});

test('uniform, below and normal have their moments; a permutation is one', () => {
  const stream = createRandom(1).at('moments');
  const n = 20000;
  const mean = (draw: () => number) => Array.from({ length: n }, draw).reduce((s, x) => s + x, 0) / n;
  expect(mean(() => stream.uniform())).toBeCloseTo(0.5, 1);
  expect(mean(() => stream.below(9))).toBeCloseTo(4, 0);
  expect(Math.abs(mean(() => stream.normal()))).toBeLessThan(0.03);
  expect(mean(() => stream.normal() ** 2)).toBeCloseTo(1, 1);
  expect([...stream.permutation(50)].sort((x, y) => x - y)).toEqual(Array.from({ length: 50 }, (_, i) => i));
});

test('seeds that are no whole numbers are refused', () => {
  expect(() => createRandom(1.5)).toThrow('seed: got 1.5');
  expect(
    createRandom(2 ** 40)
      .at('x')
      .uint32(),
  ).not.toBe(createRandom(0).at('x').uint32());
});
