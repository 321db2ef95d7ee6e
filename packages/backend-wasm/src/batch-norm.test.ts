import { tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { activateWasm } from './index.ts';
import { builds, numbers, randomTensor, relativeError, runGuarded } from './test-support.ts';

const epsilon = 1e-5;
const values = (t: Tensor): Float64Array => Float64Array.from(t.dataSync());
const sum = (length: number, term: (i: number) => number): number => {
  let total = 0;
  for (let i = 0; i < length; i++) total += term(i);
  return total;
};

interface Problem {
  readonly x: Tensor;
  readonly dy: Tensor;
  readonly gamma: Tensor;
  readonly beta: Tensor;
}

function problem(shape: number[], offset = 0, scale = 1): Problem {
  const channels = shape.at(-1) ?? 1;
  const data = numbers(
    shape.reduce((a, b) => a * b, 1),
    11,
  ).map((v) => v * scale + offset);
  return {
    x: tensor(data, shape),
    dy: randomTensor(shape, 12),
    gamma: randomTensor([channels], 13),
    beta: randomTensor([channels], 14),
  };
}

/** Float64, channel by channel: y, mean, variance, dx, dgamma, dbeta. */
function reference({ x, dy, gamma, beta }: Problem, relu: boolean) {
  const [xs, gs, gammas, betas] = [values(x), values(dy), values(gamma), values(beta)] as const;
  const channels = gammas.length;
  const rows = xs.length / channels;
  const out = {
    y: new Float64Array(xs.length),
    mean: new Float64Array(channels),
    variance: new Float64Array(channels),
    dx: new Float64Array(xs.length),
    dgamma: new Float64Array(channels),
    dbeta: new Float64Array(channels),
  };
  for (let c = 0; c < channels; c++) {
    const at = (i: number): number => i * channels + c;
    const mean = sum(rows, (i) => xs[at(i)] ?? NaN) / rows;
    const variance = sum(rows, (i) => ((xs[at(i)] ?? NaN) - mean) ** 2) / rows;
    const deviation = Math.sqrt(variance + epsilon);
    const gamma = gammas[c] ?? NaN;
    const normal = (i: number): number => ((xs[at(i)] ?? NaN) - mean) / deviation;
    const plain = (i: number): number => normal(i) * gamma + (betas[c] ?? NaN);
    const g = (i: number): number => (relu && plain(i) <= 0 ? 0 : (gs[at(i)] ?? NaN));
    const dbeta = sum(rows, g);
    const dgamma = sum(rows, (i) => g(i) * normal(i));
    for (let i = 0; i < rows; i++) {
      out.y[at(i)] = relu ? Math.max(0, plain(i)) : plain(i);
      out.dx[at(i)] = (gamma / deviation) * (g(i) - dbeta / rows - (normal(i) * dgamma) / rows);
    }
    out.mean[c] = mean;
    out.variance[c] = variance;
    out.dgamma[c] = dgamma;
    out.dbeta[c] = dbeta;
  }
  return out;
}

describe.each(builds)('build %s', (build) => {
  beforeAll(async () => {
    await activateWasm({ build });
  });

  const shapes = [
    [2, 4, 4, 16],
    [3, 5, 7, 3],
    [300, 1],
    [7, 9],
    [1, 2, 2, 6],
    [257, 64],
    [20, 1100],
  ];
  test.each(
    shapes.flatMap((shape) => [
      { shape, relu: false },
      { shape, relu: true },
    ]),
  )('forward and gradient of $shape, relu $relu', ({ shape, relu }) => {
    const { x, dy, gamma, beta } = problem(shape);
    const expected = reference({ x, dy, gamma, beta }, relu);
    const [y = [], mean = [], variance = []] = runGuarded(
      'CairnBatchNormTrain',
      { x, gamma, beta },
      { epsilon, relu },
    );
    expect(relativeError(y, expected.y)).toBeLessThan(2e-6);
    expect(relativeError(mean, expected.mean)).toBeLessThan(1e-6);
    expect(relativeError(variance, expected.variance)).toBeLessThan(1e-6);
    const given = { x, gamma, beta, mean: tensor(mean), variance: tensor(variance) };
    const [inferred = []] = runGuarded('CairnBatchNormInfer', given, { epsilon, relu });
    expect([...inferred]).toEqual([...y]);
    const inputs = { dy, x, gamma, beta, mean: tensor(mean), variance: tensor(variance) };
    const [dx = [], dgamma = [], dbeta = []] = runGuarded('CairnBatchNormTrainGrad', inputs, {
      epsilon,
      relu,
    });
    expect(relativeError(dx, expected.dx)).toBeLessThan(5e-6);
    expect(relativeError(dgamma, expected.dgamma)).toBeLessThan(2e-6);
    expect(relativeError(dbeta, expected.dbeta)).toBeLessThan(2e-6);
  });

  test.each([
    [0, 1],
    [1000, 1],
    [-1e5, 10],
    [3, 1e-3],
  ])('statistics of 65,536 rows around %f, spread %f', (offset, scale) => {
    const parts = problem([64, 32, 32, 5], offset, scale);
    const expected = reference(parts, false);
    const { x, gamma, beta } = parts;
    const [, mean = [], variance = []] = runGuarded(
      'CairnBatchNormTrain',
      { x, gamma, beta },
      { epsilon, relu: false },
    );
    for (let c = 0; c < 5; c++) {
      const deviation = Math.sqrt(expected.variance[c] ?? NaN);
      const tolerance = Math.max(1e-5 * deviation, 1e-7 * Math.abs(offset));
      expect(Math.abs((mean[c] ?? NaN) - (expected.mean[c] ?? NaN))).toBeLessThan(tolerance);
      expect(Math.abs((variance[c] ?? NaN) / (expected.variance[c] ?? NaN) - 1)).toBeLessThan(1e-5);
    }
  });

  test('a NaN reaches y and the statistics', () => {
    const x = tensor([
      [1, 2],
      [NaN, 4],
      [3, 5],
    ]);
    const [y = [], mean = []] = runGuarded(
      'CairnBatchNormTrain',
      { x, gamma: tensor([1, 1]), beta: tensor([0, 0]) },
      { epsilon, relu: true },
    );
    expect([mean[0], mean[1]]).toEqual([NaN, Math.fround(11 / 3)]);
    expect(y[0]).toBeNaN();
  });
});
