/** The kernels over flat arrays against plain float64 loops: reductions, optimisers, folding. */
import { beforeEach, describe, expect, test } from 'vitest';
import { rawKernels, type Bench } from '../raw-kernels.ts';
import { expectNear, floats } from './test-support/near.ts';

let bench: Bench;

describe.each(['fma', 'simd'])('build %s', (build) => {
  beforeEach(async () => {
    bench = await rawKernels(build);
  });

  test('blocks are added in their order', () => {
    const blocks = floats(3 * 20, 1);
    const [from, to] = [bench.floats(blocks), bench.floats(new Float32Array(16))];
    bench.kernels.sumBlocks(from, 3, 80, to, 16);
    const f = Math.fround;
    expect(bench.read(to)).toEqual(
      Array.from({ length: 16 }, (_, i) =>
        f(f(f(blocks[i] ?? 0) + f(blocks[20 + i] ?? 0)) + f(blocks[40 + i] ?? 0)),
      ),
    );
    bench.assertCanaries();
  });

  test.each([
    { nesterov: true, first: false },
    { nesterov: false, first: false },
    { nesterov: true, first: true },
  ])('SGD: nesterov $nesterov, first $first', ({ nesterov, first }) => {
    const [w, g, v] = [1, 2, 3].map((seed) => floats(8, seed)) as [number[], number[], number[]];
    const [aw, ag, av] = [w, g, v].map((list) => bench.floats(list)) as [number, number, number];
    const settings = bench.floats([0.1, 0.9, 0.75, 0.01, nesterov ? 1 : 0]);
    bench.kernels.sgdUpdate(aw, ag, av, 8, settings, first ? 1 : 0);
    const gradient = g.map((d, i) => d + 0.01 * (w[i] ?? 0));
    const velocity = gradient.map((d, i) => (first ? d : 0.9 * (v[i] ?? 0) + 0.75 * d));
    expectNear(bench.read(av), velocity);
    expectNear(
      bench.read(aw),
      w.map(
        (x, i) => x - 0.1 * (nesterov ? (gradient[i] ?? 0) + 0.9 * (velocity[i] ?? 0) : (velocity[i] ?? 0)),
      ),
    );
    bench.assertCanaries();
  });

  test('AdamW', () => {
    const [w, g, m] = [1, 2, 3].map((seed) => floats(8, seed)) as [number[], number[], number[]];
    const v = floats(8, 4).map(Math.abs);
    const [aw, ag, am, av] = [w, g, m, v].map((list) => bench.floats(list)) as [
      number,
      number,
      number,
      number,
    ];
    const [rate, decay, beta1, beta2, epsilon, steps] = [0.1, 0.02, 0.9, 0.99, 1e-6, 3];
    const [first, second] = [1 - beta1 ** steps, 1 - beta2 ** steps];
    // prettier-ignore
    const settings = bench.floats([
      1 - rate * decay, rate / first, beta1, 1 - beta1, beta2, 1 - beta2, Math.sqrt(second), epsilon,
    ]);
    bench.kernels.adamwUpdate(aw, ag, am, av, 8, settings);
    const means = g.map((d, i) => beta1 * (m[i] ?? 0) + (1 - beta1) * d);
    const squares = g.map((d, i) => beta2 * (v[i] ?? 0) + (1 - beta2) * d * d);
    expectNear(bench.read(am), means);
    expectNear(bench.read(av), squares);
    const step = (i: number): number =>
      (rate * (means[i] ?? 0)) / first / (Math.sqrt((squares[i] ?? 0) / second) + epsilon);
    expectNear(
      bench.read(aw),
      w.map((x, i) => x * (1 - rate * decay) - step(i)),
    );
    bench.assertCanaries();
  });

  test.each([true, false])('a normalisation is folded into the filter before it, own bias %s', (own) => {
    const [rows, channels] = [6, 5];
    const filter = floats(rows * channels, 1);
    const [bias, beta, gamma, mean] = [2, 3, 4, 5].map((seed) => floats(channels, seed)) as [
      number[],
      number[],
      number[],
      number[],
    ];
    const variance = floats(channels, 6).map((v) => v * v);
    const address = (list: readonly number[]): number => bench.floats(list);
    const constants = address(new Array<number>(3 * channels).fill(0));
    bench.kernels.normConstantsInfer(
      address(mean),
      address(variance),
      channels,
      address(gamma),
      1e-3,
      constants,
    );
    const [folded, shift] = [rows * channels, channels].map((n) => address(new Array<number>(n).fill(0))) as [
      number,
      number,
    ];
    // prettier-ignore
    bench.kernels.foldFilter(
      address(filter), own ? address(bias) : 0, address(beta), constants, rows, channels, folded, shift,
    );
    const scale = gamma.map((g, c) => g / Math.sqrt((variance[c] ?? 0) + 1e-3));
    expectNear(
      bench.read(folded),
      filter.map((w, i) => w * (scale[i % channels] ?? NaN)),
    );
    expectNear(
      bench.read(shift),
      beta.map((b, c) => b + ((own ? (bias[c] ?? 0) : 0) - (mean[c] ?? 0)) * (scale[c] ?? NaN)),
    );
    bench.assertCanaries();
  });
});
