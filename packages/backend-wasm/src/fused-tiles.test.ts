/** The epilogues of the tile kernels: what they add to the plain kernel's sums, also in place and on short tails. */
import { beforeEach, describe, expect, test } from 'vitest';
import { rawKernels } from './raw-kernels.ts';
import type { Bench } from './raw-kernels.ts';
import { numbers, relativeError } from './test-support.ts';

const clip = [(v: number) => v, (v: number) => Math.max(0, v), (v: number) => Math.min(6, Math.max(0, v))];

interface Epilogue {
  readonly bias: boolean;
  readonly residual: 'none' | 'other' | 'target';
  readonly activation: 0 | 1 | 2;
}

const epilogues: Epilogue[] = [
  { bias: true, residual: 'none', activation: 0 },
  { bias: true, residual: 'other', activation: 1 },
  { bias: true, residual: 'target', activation: 2 },
  { bias: false, residual: 'target', activation: 1 },
  { bias: false, residual: 'none', activation: 2 },
];

describe.each(['fma', 'simd', 'fma-wide'])('build %s', (build) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await rawKernels(build);
  });

  /** Runs the plain kernel, then the fused one, and holds it to the plain sums with the epilogue applied. */
  function check(
    { bias, residual, activation }: Epilogue,
    count: number,
    channels: number,
    run: (target: number, bias: number, residual: number, activation: number) => void,
  ): void {
    const plain = bench.floats(new Float32Array(count));
    run(plain, 0, 0, 0);
    const sums = bench.read(plain);
    const biases = numbers(channels, 8);
    const added = numbers(count, 9).map((v) => 4 * v);
    const target = bench.floats(residual === 'target' ? added : new Float32Array(count));
    const other = residual === 'other' ? bench.floats(added) : residual === 'target' ? target : 0;
    run(target, bias ? bench.floats(biases) : 0, other, activation);
    const expected = sums.map((sum, i) => {
      const biased = bias ? sum + (biases[i % channels] ?? NaN) : sum;
      const value = residual === 'none' ? biased : biased + (added[i] ?? NaN);
      return (clip[activation] ?? Number)(value);
    });
    expect(new Set(sums).size).toBeGreaterThan(1);
    expect(relativeError(bench.read(target), expected)).toBeLessThan(2e-6);
    bench.assertCanaries();
  }

  test.each(epilogues.flatMap((e) => [8, 5, 21, 48].map((channels) => ({ ...e, channels }))))(
    'convolution tiles: $channels channels, bias $bias, residual $residual, activation $activation',
    ({ channels, ...epilogue }) => {
      const [pixels, inputs] = [8, 5];
      const { kernels } = bench;
      const source = bench.floats(numbers(pixels * inputs, 1).map((v) => 4 * v));
      const filter = bench.floats(numbers(inputs * channels, 2));
      const packed = bench.floats(new Float32Array(Math.ceil(channels / 8) * 8 * inputs));
      const taps = bench.ints([0]);
      const table = bench.ints(new Int32Array(2 * pixels));
      kernels.packFilter(filter, packed, inputs, channels);
      kernels.pixelTable(table, 1, 1, pixels, 0, 0, 0, inputs * 4, 0, 0, 0, channels * 4);
      check(epilogue, pixels * channels, channels, (target, ...rest) =>
        kernels.convTilesFused(source, target, packed, taps, 1, inputs, table, pixels, channels, ...rest),
      );
    },
  );

  test.each(epilogues)(
    'Winograd tiles: bias $bias, residual $residual, activation $activation',
    (epilogue) => {
      const [inputs, channels, tiles] = [12, 24, 3];
      const { kernels } = bench;
      const source = bench.floats(numbers(6 * (4 * tiles + 2) * inputs, 1));
      const packed = bench.floats(numbers(9 * inputs * channels, 2));
      const filter = bench.floats(new Float32Array(36 * inputs * channels));
      const work = bench.floats(new Float32Array(kernels.winogradScratch(inputs, channels) / 4));
      const table = bench.ints(new Int32Array(2 * tiles));
      kernels.winogradFilter(packed, filter, channels / 8, inputs, work);
      kernels.pixelTable(table, 1, 1, tiles, 0, 0, 0, 16 * inputs, 0, 0, 0, 16 * channels);
      const [sourceRow, targetRow] = [(4 * tiles + 2) * inputs * 4, 4 * tiles * channels * 4];
      check(epilogue, 16 * tiles * channels, channels, (target, ...rest) =>
        // prettier-ignore
        kernels.winogradTilesFused(
          source, target, filter, table, tiles, sourceRow, targetRow, inputs, channels, work, ...rest,
        ),
      );
    },
  );

  /** Three rows of three taps go line by line, other taps pixel by pixel. */
  const filters = [
    { rows: 1, stride: 1 },
    { rows: 3, stride: 1 },
    { rows: 3, stride: 2 },
  ];
  test.each(
    epilogues.flatMap((e) => filters.flatMap((f) => [16, 23].map((channels) => ({ ...e, ...f, channels })))),
  )(
    'depthwise, $rows rows of taps, stride $stride: $channels channels, bias $bias, residual $residual, activation $activation',
    ({ channels, rows, stride, ...epilogue }) => {
      const pixels = 5;
      const pixel = 4 * channels;
      const row = (pixels * stride + 2) * pixel;
      const { kernels } = bench;
      const source = bench.floats(numbers((rows * row) / 4, 1).map((v) => 4 * v));
      const filter = bench.floats(numbers(3 * rows * channels, 2).map((v) => 4 * v));
      const offsets = Array.from({ length: 3 * rows }, (_, tap) => [
        Math.floor(tap / 3) * row + (tap % 3) * pixel,
        tap * pixel,
      ]);
      const taps = bench.ints(offsets.flat());
      const table = bench.ints(new Int32Array(2 * pixels));
      kernels.pixelTable(table, 1, 1, pixels, 0, 0, 0, stride * pixel, 0, 0, 0, pixel);
      // prettier-ignore
      check(epilogue, pixels * channels, channels, (target, ...rest) =>
        kernels.depthwiseTilesFused(
          source, target, filter, taps, offsets.length, table, pixels, channels, ...rest,
        ),
      );
    },
  );
});
