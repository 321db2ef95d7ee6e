/** The wide build computes the bits of the narrow one: per output value the same operations in the same order. */
import { beforeAll, describe, expect, test } from 'vitest';
import { rawKernels } from './raw-kernels.ts';
import type { Bench } from './raw-kernels.ts';
import { numbers } from './test-support.ts';

let narrow: Bench;
let wide: Bench;
beforeAll(async () => {
  [narrow, wide] = await Promise.all([rawKernels('fma'), rawKernels('fma-wide')]);
});

/** What a computation gives in each of the two. */
function both(compute: (bench: Bench) => number): [number[], number[]] {
  const results = [narrow, wide].map((bench) => bench.read(compute(bench)));
  narrow.assertCanaries();
  wide.assertCanaries();
  return results as [number[], number[]];
}

const channelCounts = [3, 8, 13, 16, 24, 29, 40];

describe.each(channelCounts)('%i output channels', (channels) => {
  test.each([5, 8, 18])('convolution tiles, runs of %i', (run) => {
    const [a, b] = both((bench) => {
      const { kernels } = bench;
      const [pixels, taps] = [15, 3];
      const source = bench.floats(numbers((pixels + taps) * run, 1));
      const filter = bench.floats(numbers(taps * run * channels, 2));
      const packed = bench.floats(new Float32Array(taps * run * Math.ceil(channels / 8) * 8));
      const target = bench.floats(new Float32Array(pixels * channels));
      const offsets = bench.ints([0, run * 4, 2 * run * 4]);
      const table = bench.ints(new Int32Array(2 * pixels));
      kernels.packFilter(filter, packed, taps * run, channels);
      kernels.pixelTable(table, 1, 1, pixels, 0, 0, 0, run * 4, 0, 0, 0, channels * 4);
      kernels.convTiles(source, target, packed, offsets, taps, run, table, pixels, channels);
      return target;
    });
    expect(b).toEqual(a);
  });

  test('packed filters for the input gradient', () => {
    const [a, b] = both((bench) => {
      const { kernels } = bench;
      const [pixels, outputs] = [7, 6];
      const dy = bench.floats(numbers(pixels * outputs, 1));
      const filter = bench.floats(numbers(2 * channels * outputs, 2));
      const packed = bench.floats(new Float32Array(2 * outputs * Math.ceil(channels / 8) * 8));
      const dx = bench.floats(new Float32Array(pixels * channels));
      const table = bench.ints(new Int32Array(2 * pixels));
      kernels.packFilterTransposed(filter, packed, bench.ints([1]), 1, channels, outputs);
      kernels.pixelTable(table, 1, 1, pixels, 0, 0, 0, outputs * 4, 0, 0, 0, channels * 4);
      kernels.convTiles(dy, dx, packed, bench.ints([0]), 1, outputs, table, pixels, channels);
      return dx;
    });
    expect(b).toEqual(a);
  });

  test.each([3, 10, 16, 22])('filter gradient, runs of %i', (run) => {
    const [a, b] = both((bench) => {
      const pixels = 21;
      const row = Math.ceil(channels / 8) * 8;
      const source = bench.floats(numbers((pixels + 1) * run + 6, 1));
      const dy = bench.floats(numbers(pixels * row, 2));
      const gradient = bench.floats(numbers(2 * run * channels, 3));
      const table = bench.ints(new Int32Array(2 * pixels));
      bench.kernels.pixelTable(table, 1, 1, pixels, 0, 0, 0, run * 4, 0, 0, 0, row * 4);
      const taps = bench.ints([0, run * 4]);
      bench.kernels.filterGradTiles(source, dy, gradient, taps, 2, run, table, pixels, channels);
      return gradient;
    });
    expect(b).toEqual(a);
  });
});

describe.each([4, 8, 13, 24])('depthwise 3×3, %i channels', (channels) => {
  const pixels = 7;
  const padded = Math.ceil(channels / 4) * 4;

  test.each([1, 2])('forward, stride %i', (stride) => {
    const [a, b] = both((bench) => {
      const row = (stride * pixels + 2) * channels * 4;
      const source = bench.floats(numbers((3 * row) / 4, 1));
      const filter = bench.floats(numbers(9 * channels, 2));
      const target = bench.floats(new Float32Array(pixels * channels));
      const table = bench.ints(new Int32Array(2 * pixels));
      const taps = tapsOf(row, channels).flatMap((offset, tap) => [offset, tap * channels * 4]);
      bench.kernels.pixelTable(table, 1, 1, pixels, 0, 0, 0, 4 * stride * channels, 0, 0, 0, 4 * channels);
      bench.kernels.depthwiseTiles(source, target, filter, bench.ints(taps), 9, table, pixels, channels);
      return target;
    });
    expect(b).toEqual(a);
  });

  test('filter gradient', () => {
    const [a, b] = both((bench) => {
      const row = (pixels + 2) * padded * 4;
      const source = bench.floats(numbers((3 * row) / 4, 1));
      const dy = bench.floats(numbers(pixels * padded, 2));
      const gradient = bench.floats(numbers(9 * channels, 3));
      const table = bench.ints(new Int32Array(2 * pixels));
      const taps = bench.ints(tapsOf(row, padded));
      bench.kernels.pixelTable(table, 1, 1, pixels, 0, 0, 0, 4 * padded, 0, 0, 0, 4 * padded);
      bench.kernels.depthwiseFilterGrad(source, dy, gradient, taps, 9, table, pixels, channels);
      return gradient;
    });
    expect(b).toEqual(a);
  });
});

/** Byte offsets of 3×3 taps. */
function tapsOf(row: number, channels: number): number[] {
  return Array.from({ length: 9 }, (_, tap) => Math.floor(tap / 3) * row + (tap % 3) * channels * 4);
}

describe.each([
  [8, 8],
  [12, 24],
  [32, 16],
  [20, 40],
])('Winograd, %i → %i channels', (inputs, channels) => {
  const tiles = 26;
  const sourceRow = (4 * tiles + 2) * inputs * 4;
  const row = 4 * tiles * channels * 4;

  test('forward', () => {
    const [a, b] = both((bench) => {
      const { kernels } = bench;
      const source = bench.floats(numbers((6 * sourceRow) / 4, 1));
      const filter = bench.floats(numbers(9 * inputs * channels, 2));
      const packed = bench.floats(new Float32Array(9 * inputs * channels));
      const transformed = bench.floats(new Float32Array(36 * inputs * channels));
      const work = bench.floats(new Float32Array(kernels.winogradScratch(inputs, channels) / 4));
      const table = bench.ints(new Int32Array(2 * tiles));
      const target = bench.floats(new Float32Array(row));
      kernels.packFilter(filter, packed, 9 * inputs, channels);
      kernels.winogradFilter(packed, transformed, channels / 8, inputs, work);
      kernels.pixelTable(table, 1, 1, tiles, 0, 0, 0, 16 * inputs, 0, 0, 0, 16 * channels);
      // prettier-ignore
      kernels.winogradTiles(
        source, target, transformed, table, tiles, sourceRow, row, inputs, channels, work,
      );
      return target;
    });
    expect(new Set(a).size).toBeGreaterThan(channels);
    expect(b).toEqual(a);
  });

  test('filter gradient', () => {
    const [a, b] = both((bench) => {
      const { kernels } = bench;
      const source = bench.floats(numbers((6 * sourceRow) / 4, 1));
      const dy = bench.floats(numbers(row, 2));
      const sums = bench.floats(new Float32Array(kernels.winogradFilterGradSums(inputs, channels) / 4));
      const work = bench.floats(new Float32Array(kernels.winogradFilterGradScratch(inputs, channels) / 4));
      const table = bench.ints(new Int32Array(2 * tiles));
      const dw = bench.floats(new Float32Array(9 * inputs * channels));
      kernels.pixelTable(table, 1, 1, tiles, 0, 0, 0, 16 * inputs, 0, 0, 0, 16 * channels);
      kernels.winogradFilterGrad(source, dy, sums, table, tiles, sourceRow, row, inputs, channels, work);
      kernels.winogradFilterGradEnd(sums, dw, inputs, channels, work);
      return dw;
    });
    expect(new Set(a).size).toBeGreaterThan(channels);
    expect(b).toEqual(a);
  });
});
