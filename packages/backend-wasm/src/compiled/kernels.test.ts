/** The kernels of the compiled executor against plain float64 loops, over odd shapes, and nothing outside touched. */
import { beforeEach, describe, expect, test } from 'vitest';
import { rawKernels, type Bench } from '../raw-kernels.ts';
import { framesOf, planeOf, type Size, type TestFrames } from './test-support/frames.ts';
import { expectNear, floats } from './test-support/near.ts';

const sizes: readonly Size[] = [
  { images: 1, rows: 1, columns: 1, channels: 1 },
  { images: 2, rows: 3, columns: 5, channels: 4 },
  { images: 3, rows: 4, columns: 2, channels: 7 },
  { images: 2, rows: 1, columns: 300, channels: 18 },
];
const each = sizes.map((size) => ({ size, shape: Object.values(size).join('×') }));

let bench: Bench;

function expectUntouched(...frames: readonly TestFrames[]): void {
  expect(frames.every((f) => f.borderIntact())).toBe(true);
  bench.assertCanaries();
}

const clamp = (v: number, low: number, high: number): number => Math.min(high, Math.max(low, v));

/** Statistics of each channel. */
function moments(values: readonly number[], channels: number) {
  const rows = values.length / channels;
  const sums = (f: (v: number, c: number) => number) =>
    Array.from({ length: channels }, (_, c) =>
      values.reduce((sum, v, i) => (i % channels === c ? sum + f(v, c) : sum), 0),
    );
  const mean = sums((v) => v).map((s) => s / rows);
  const variance = sums((v, c) => (v - (mean[c] ?? 0)) ** 2).map((s) => s / rows);
  return { rows, mean, variance };
}

describe.each(['fma', 'simd'])('build %s', (build) => {
  beforeEach(async () => {
    bench = await rawKernels(build);
  });

  describe.each(each)('$shape', ({ size }) => {
    const { channels } = size;

    test.each([
      { b: true, bias: false, mask: true },
      { b: false, bias: false, mask: true },
      { b: true, bias: true, mask: false },
      { b: false, bias: true, mask: false },
      { b: true, bias: false, mask: false },
      { b: false, bias: false, mask: false },
    ])('pointwise: b $b, bias $bias, mask $mask', (has) => {
      const [a, y] = [framesOf(bench, size, 1, 1), framesOf(bench, size, 2, 2)];
      const b = has.b ? framesOf(bench, size, 0, 3) : undefined;
      const mask = has.mask ? framesOf(bench, size, 1, 4) : undefined;
      const biases = floats(channels, 5);
      const plane = planeOf(bench, size, [a, b, mask, y]);
      const bias = has.bias ? bench.floats(biases) : 0;
      // prettier-ignore
      bench.kernels.pointwise(
        a.pixels, b?.pixels ?? 0, bias, mask?.pixels ?? 0, y.pixels, -0.25, 0.5, 0, 0.75, plane,
      );
      const expected = a.values.map((v, i) => {
        const sum = v + (b?.values[i] ?? 0) + (has.bias ? (biases[i % channels] ?? 0) : 0);
        if (mask === undefined) return clamp(sum, -0.25, 0.5);
        const gate = mask.values[i] ?? 0;
        return gate > 0 && gate < 0.75 ? sum : 0;
      });
      expectNear(y.read(), expected);
      expectUntouched(a, y);
    });

    test('statistics of shards, constants, running statistics', () => {
      const shards = [framesOf(bench, size, 1, 1), framesOf(bench, { ...size, images: 1 }, 0, 2)];
      const [first, last] = shards as [TestFrames, TestFrames];
      const statistics = bench.floats(new Float32Array(8 * channels));
      const pixels = size.rows * size.columns;
      // The first shard in two calls: the second goes on from the first.
      for (let image = 0; image < size.images; image++) {
        const one = planeOf(bench, { ...size, images: 1 }, [first]);
        bench.kernels.shardStatistics(
          first.pixels + image * first.imageBytes,
          statistics,
          image * pixels,
          one,
        );
      }
      const plane = planeOf(bench, { ...size, images: 1 }, [last]);
      bench.kernels.shardStatistics(last.pixels, statistics + 16 * channels, 0, plane);
      const [merged, constants] = [4, 3].map((n) => bench.floats(new Float32Array(n * channels)));
      const gammas = floats(channels, 3);
      // prettier-ignore
      bench.kernels.normConstants(
        statistics, 2, size.images * pixels, pixels, channels, bench.floats(gammas), 1e-3, merged ?? 0, constants ?? 0,
      );
      const { rows, mean, variance } = moments([...first.values, ...last.values], channels);
      const inverse = variance.map((v) => 1 / (v + 1e-3));
      const scale = gammas.map((g, c) => g * Math.sqrt(inverse[c] ?? NaN));
      expectNear(bench.read(constants ?? 0).slice(0, channels), mean);
      expectNear(bench.read(constants ?? 0).slice(channels), [...scale, ...inverse], 1e-4);
      const [olds, spreads] = [floats(channels, 6), floats(channels, 7)];
      const [running, spread, batches] = [bench.floats(olds), bench.floats(spreads), bench.ints([41])];
      bench.kernels.moveStatistics(merged ?? 0, rows, channels, running, spread, batches, 0.25);
      expectNear(
        bench.read(running),
        olds.map((v, c) => 0.75 * v + 0.25 * (mean[c] ?? NaN)),
      );
      const unbiased = variance.map((v) => (v * rows) / Math.max(1, rows - 1));
      expectNear(
        bench.read(spread),
        spreads.map((v, c) => 0.75 * v + 0.25 * (unbiased[c] ?? NaN)),
      );
      expect(new Int32Array(Float32Array.from(bench.read(batches)).buffer)[0]).toBe(42);
      expectUntouched(first, last);
    });

    test.each([true, false])('normalise, residual %s', (residual) => {
      const [x, y] = [framesOf(bench, size, 0, 1), framesOf(bench, size, 1, 2)];
      const b = residual ? framesOf(bench, size, 2, 3) : undefined;
      const [means, scales, betas] = [4, 5, 6].map((seed) => floats(channels, seed)) as [
        number[],
        number[],
        number[],
      ];
      const constants = bench.floats([...means, ...scales]);
      const plane = planeOf(bench, size, [x, b, y]);
      bench.kernels.normalise(
        x.pixels,
        b?.pixels ?? 0,
        y.pixels,
        bench.floats(betas),
        constants,
        0,
        0.6,
        plane,
      );
      const expected = x.values.map((v, i) => {
        const c = i % channels;
        const value = (v - (means[c] ?? 0)) * (scales[c] ?? 0) + (betas[c] ?? 0) + (b?.values[i] ?? 0);
        return clamp(value, 0, 0.6);
      });
      expectNear(y.read(), expected);
      expectUntouched(x, y);
    });

    test('gradient of batch normalisation with a ReLU behind it', () => {
      const [g, x, dx] = [1, 0, 2].map((pad, i) => framesOf(bench, size, pad, i + 1)) as [
        TestFrames,
        TestFrames,
        TestFrames,
      ];
      const { rows, mean, variance } = moments(x.values, channels);
      const inverse = variance.map((v) => 1 / (v + 0.1));
      const gammas = floats(channels, 5).map((v) => v + 1.5);
      const scale = gammas.map((v, c) => v * Math.sqrt(inverse[c] ?? 0));
      const betas = floats(channels, 6);
      const constants = bench.floats([...mean, ...scale, ...inverse]);
      const beta = bench.floats(betas);
      const sums = bench.floats(new Float32Array(8 * channels));
      // The same images in both shards, so that sums double.
      for (const shard of [0, 1]) {
        const plane = planeOf(bench, size, [g, x]);
        const target = sums + shard * 16 * channels;
        bench.kernels.normGradSums(g.pixels, x.pixels, beta, constants, target, 0, Infinity, plane);
      }
      const masked = g.values.map((v, i) => {
        const c = i % channels;
        const y = ((x.values[i] ?? 0) - (mean[c] ?? 0)) * (scale[c] ?? 0) + (betas[c] ?? 0);
        return y > 0 ? v : 0;
      });
      const sum = (f: (v: number, i: number) => number) =>
        Array.from({ length: channels }, (_, c) =>
          masked.reduce((s, v, i) => (i % channels === c ? s + 2 * f(v, i) : s), 0),
        );
      const dbeta = sum((v) => v);
      const weighted = sum((v, i) => v * ((x.values[i] ?? 0) - (mean[i % channels] ?? 0)));
      const [dgammas, dbetas, factors] = [1, 1, 2].map((n) => bench.floats(new Float32Array(n * channels)));
      bench.kernels.normParameterGrad(sums, 2, channels, constants, dgammas ?? 0, dbetas ?? 0);
      expectNear(bench.read(dbetas ?? 0), dbeta, 1e-4);
      expectNear(
        bench.read(dgammas ?? 0),
        weighted.map((w, c) => w * Math.sqrt(inverse[c] ?? 0)),
        1e-4,
      );
      bench.kernels.normGradFactors(sums, 2, 2 * rows, channels, constants, factors ?? 0);
      const plane = planeOf(bench, size, [g, x, dx]);
      // prettier-ignore
      bench.kernels.normGradApply(
        g.pixels, x.pixels, dx.pixels, beta, constants, factors ?? 0, 0, Infinity, plane,
      );
      const expected = masked.map((v, i) => {
        const c = i % channels;
        const centred = (x.values[i] ?? 0) - (mean[c] ?? 0);
        const shared = (dbeta[c] ?? 0) + centred * (weighted[c] ?? 0) * (inverse[c] ?? 0);
        return (scale[c] ?? 0) * (v - shared / (2 * rows));
      });
      expectNear(dx.read(), expected, 1e-4);
      expectUntouched(g, x, dx);
    });

    test('means over images, their gradient, sums per channel', () => {
      const { images, rows, columns } = size;
      const x = framesOf(bench, size, 1, 1);
      const y = framesOf(bench, { ...size, rows: 1, columns: 1 }, 0, 2);
      const dx = framesOf(bench, size, 2, 3);
      const total = bench.floats(floats(channels, 4));
      const before = bench.read(total);
      bench.kernels.planeAverage(x.pixels, y.pixels, planeOf(bench, size, [x, y]));
      const perImage = x.values.length / images;
      const means = Array.from({ length: images * channels }, (_, i) => {
        const image = x.values.slice(
          Math.floor(i / channels) * perImage,
          (Math.floor(i / channels) + 1) * perImage,
        );
        return moments(image, channels).mean[i % channels] ?? NaN;
      });
      expectNear(y.read(), means);
      bench.kernels.planeAverageGrad(y.pixels, dx.pixels, planeOf(bench, size, [dx, y]));
      const spread = dx.values.map((_, i) => {
        const image = Math.floor(i / perImage);
        return (means[image * channels + (i % channels)] ?? NaN) / (rows * columns);
      });
      expectNear(dx.read(), spread);
      bench.kernels.planeChannelSums(x.pixels, total, planeOf(bench, size, [x]));
      const { mean, rows: count } = moments(x.values, channels);
      expectNear(
        bench.read(total),
        before.map((v, c) => v + (mean[c] ?? NaN) * count),
      );
      expectUntouched(x, y, dx);
    });

    test('a border is cleared and nothing else', () => {
      const { images, rows, columns } = size;
      const frame = framesOf(bench, size, 2, 1);
      const start = frame.pixels - 2 * (frame.rowBytes + 4 * channels);
      bench.kernels.clearBorder(start, images, rows + 4, columns + 4, 2, 2, rows, columns, channels);
      expect(frame.read()).toEqual(frame.values);
      const sum = bench.read(start).reduce((s, v) => s + Math.abs(v), 0);
      expect(sum).toBeCloseTo(
        frame.values.reduce((s, v) => s + Math.abs(v), 0),
        3,
      );
      bench.assertCanaries();
    });
  });
});
