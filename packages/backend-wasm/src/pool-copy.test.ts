/** Pooling and copies inside larger frames, held to plain loops. */
import { beforeEach, describe, expect, test } from 'vitest';
import { rawKernels } from './raw-kernels.ts';
import type { Bench } from './raw-kernels.ts';
import { numbers } from './test-support.ts';

interface Pooling {
  readonly size: readonly [number, number];
  readonly window: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** Top, left. */
  readonly padding: readonly [number, number];
  readonly output: readonly [number, number];
  readonly channels: number;
  /** Width of the border around the images in memory. */
  readonly border: number;
}

const plain = { dilation: [1, 1], padding: [0, 0], border: 0 } as const;
const poolings: Record<string, Pooling> = {
  'one pixel': { ...plain, size: [1, 1], window: [1, 1], stride: [1, 1], output: [1, 1], channels: 1 },
  '2×2 by 2': {
    ...plain,
    size: [6, 4],
    window: [2, 2],
    stride: [2, 2],
    output: [3, 2],
    channels: 8,
    border: 1,
  },
  '3×3 by 2, padding 1, 7 channels': {
    ...plain,
    size: [7, 5],
    window: [3, 3],
    stride: [2, 2],
    padding: [1, 1],
    output: [4, 3],
    channels: 7,
    border: 2,
  },
  'dilation 2, overlapping': {
    ...plain,
    size: [6, 6],
    window: [2, 3],
    stride: [1, 1],
    dilation: [2, 2],
    padding: [1, 2],
    output: [6, 6],
    channels: 5,
  },
  'whole image': {
    ...plain,
    size: [3, 3],
    window: [3, 3],
    stride: [1, 1],
    output: [1, 1],
    channels: 12,
    border: 1,
  },
};

const images = 2;

/** Visits, for every output value, the indices of its window's values. */
function windows(p: Pooling, visit: (out: number, inside: number[]) => void): void {
  const frame = [p.size[0] + 2 * p.border, p.size[1] + 2 * p.border] as const;
  const total = images * p.output[0] * p.output[1] * p.channels;
  for (let out = 0; out < total; out++) {
    const c = out % p.channels;
    const ox = Math.floor(out / p.channels) % p.output[1];
    const oy = Math.floor(out / p.channels / p.output[1]) % p.output[0];
    const n = Math.floor(out / p.channels / p.output[1] / p.output[0]);
    const inside: number[] = [];
    for (let tap = 0; tap < p.window[0] * p.window[1]; tap++) {
      const y = oy * p.stride[0] - p.padding[0] + Math.floor(tap / p.window[1]) * p.dilation[0];
      const x = ox * p.stride[1] - p.padding[1] + (tap % p.window[1]) * p.dilation[1];
      if (y < 0 || x < 0 || y >= p.size[0] || x >= p.size[1]) continue;
      inside.push(((n * frame[0] + y + p.border) * frame[1] + x + p.border) * p.channels + c);
    }
    visit(out, inside);
  }
}

describe.each(['fma', 'simd'])('build %s', (build) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await rawKernels(build);
  });

  test.each(Object.entries(poolings).flatMap(([name, p]) => [0, 1].map((maximum) => ({ name, p, maximum }))))(
    'pooling $name, maximum $maximum',
    ({ p, maximum }) => {
      const row = (p.size[1] + 2 * p.border) * p.channels;
      const image = (p.size[0] + 2 * p.border) * row;
      const outRow = p.output[1] * p.channels;
      const outSize = images * p.output[0] * outRow;
      const [x, dy] = [numbers(images * image, 1), numbers(outSize, 2)];
      // prettier-ignore
      const geometry = bench.ints([
        ...p.size, ...p.output, ...p.window, ...p.stride, ...p.dilation, ...p.padding, image * 4, row * 4,
        p.output[0] * outRow * 4, outRow * 4,
      ]);
      const input = bench.floats(x);
      const y = bench.floats(new Float32Array(outSize));
      const dx = bench.floats(new Float32Array(images * image).fill(5));
      const first = (p.border * row + p.border * p.channels) * 4;
      bench.kernels.poolForward(input + first, y, images, p.channels, geometry, maximum);
      const gradient = bench.floats(dy);
      bench.kernels.poolBackward(gradient, input + first, dx + first, images, p.channels, geometry, maximum);
      const forward = new Float64Array(outSize);
      const backward = new Float64Array(images * image).fill(5);
      windows(
        { ...p, ...plain, window: p.size, stride: [1, 1], output: [1, 1], border: p.border },
        (_, all) => {
          for (const at of all) backward[at] = 0;
        },
      );
      windows(p, (out, inside) => {
        const values = inside.map((at) => x[at] ?? NaN);
        const best = Math.max(...values);
        const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
        forward[out] = maximum === 1 ? best : mean;
        inside.forEach((at, i) => {
          const share = maximum === 1 ? (values.indexOf(best) === i ? 1 : 0) : 1 / inside.length;
          backward[at] = (backward[at] ?? NaN) + share * (dy[out] ?? NaN);
        });
      });
      bench.read(y).forEach((value, i) => expect(value).toBeCloseTo(forward[i] ?? NaN, 6));
      bench.read(dx).forEach((value, i) => expect(value).toBeCloseTo(backward[i] ?? NaN, 6));
      bench.assertCanaries();
    },
  );

  test.each([3, 4, 8])('copyRows and addRows of %i floats', (floats) => {
    const source = bench.floats(numbers(5 * 9, 1));
    const target = bench.floats(numbers(5 * 11, 2));
    const [from, to] = [bench.read(source), bench.read(target)];
    bench.kernels.copyRows(source, target, 5, floats * 4, 36, 44);
    const copied = to.map((v, i) => (i % 11 < floats ? (from[Math.floor(i / 11) * 9 + (i % 11)] ?? NaN) : v));
    expect(bench.read(target)).toEqual(copied);
    bench.kernels.addRows(source, target, 5, floats * 4, 36, 44);
    expect(bench.read(target)).toEqual(copied.map((v, i) => (i % 11 < floats ? 2 * v : v)));
    bench.assertCanaries();
  });

  test('a channel shuffle with 3 groups is undone by one with 2', () => {
    const source = bench.floats(Array.from({ length: 12 }, (_, i) => i));
    const target = bench.floats(new Float32Array(12));
    bench.kernels.shuffleChannels(source, target, 2, 6, 3);
    expect(bench.read(target)).toEqual([0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11]);
    bench.kernels.shuffleChannels(target, source, 2, 6, 2);
    expect(bench.read(source)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    bench.assertCanaries();
  });
});
