import { expect, test } from 'vitest';
import { symmetricEigen } from './eigen.ts';
import { embed } from './embed.ts';
import { bhattacharyya, inpca, predictionDistances } from './inpca.ts';
import { pca } from './pca.ts';

const rows = (values: Float64Array, size: number): number[][] =>
  Array.from({ length: values.length / size }, (_, i) => [...values.subarray(i * size, (i + 1) * size)]);

test('eigenvalues of a matrix of which they are known', () => {
  // (2 1; 1 2): 3 along (1, 1), 1 along (1, −1).
  const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
  expect([...values]).toEqual([expect.closeTo(3, 12), expect.closeTo(1, 12)]);
  expect(Math.abs((vectors[0] ?? 0) * (vectors[1] ?? 0))).toBeCloseTo(0.5, 12);
  // The second difference on 5 places: 2 − 2 cos(kπ/6).
  const n = 5;
  const chain = Float64Array.from({ length: n * n }, (_, at) => {
    const gap = Math.abs(Math.floor(at / n) - (at % n));
    return gap === 0 ? 2 : gap === 1 ? -1 : 0;
  });
  const expected = [5, 4, 3, 2, 1].map((k) => 2 - 2 * Math.cos((k * Math.PI) / 6));
  expect([...symmetricEigen(chain, n).values]).toEqual(
    expected.map((value) => expect.closeTo(value, 12) as number),
  );
  expect(() => symmetricEigen(chain, 4)).toThrow('25 values; a matrix of 4 × 4');
});

test('every eigenvector is one, and they are orthogonal', () => {
  const n = 12;
  const matrix = Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return Math.sin((i + 1) * (j + 1)) + (i === j ? i : 0);
  });
  const { values, vectors } = symmetricEigen(matrix, n);
  const all = rows(vectors, n);
  all.forEach((vector, i) => {
    const image = rows(matrix, n).map((row) => row.reduce((sum, m, k) => sum + m * (vector[k] ?? 0), 0));
    image.forEach((value, k) => expect(value).toBeCloseTo((values[i] ?? 0) * (vector[k] ?? 0), 10));
    all.forEach((other, j) => {
      expect(vector.reduce((sum, x, k) => sum + x * (other[k] ?? 0), 0)).toBeCloseTo(i === j ? 1 : 0, 10);
    });
  });
});

test('points on a plane come back with their distances', () => {
  const points = [
    [0, 0],
    [3, 0],
    [3, 4],
    [-1, 2],
  ];
  const squared = points.flatMap(([x = 0, y = 0]) =>
    points.map(([u = 0, w = 0]) => (x - u) ** 2 + (y - w) ** 2),
  );
  const { points: found, held, eigenvalues } = embed(Float64Array.from(squared), 4);
  const back = rows(found, 2);
  const again = back.flatMap(([x = 0, y = 0]) => back.map(([u = 0, w = 0]) => (x - u) ** 2 + (y - w) ** 2));
  again.forEach((value, i) => expect(value).toBeCloseTo(squared[i] ?? NaN, 9));
  expect(held).toBeCloseTo(1, 6);
  expect(eigenvalues.every((value) => value > 0)).toBe(true);
  expect(back[0]?.[0]).toBeLessThan(0);
});

test('what no plane can hold has a dimension of negative square', () => {
  // Distances 1, 1 and 3 between three points: by hand 4.5 along (0, 1, −1) and −5/6 along (2, −1, −1).
  const { eigenvalues, held } = embed(Float64Array.of(0, 1, 1, 1, 0, 9, 1, 9, 0), 3);
  expect(eigenvalues).toEqual([expect.closeTo(4.5, 12), expect.closeTo(-5 / 6, 12)]);
  expect(held).toBeCloseTo(1, 12);
  const one = embed(Float64Array.of(0, 1, 1, 1, 0, 9, 1, 9, 0), 3, 1);
  expect(one.held).toBeCloseTo(1 - 5 / 6 / Math.hypot(4.5, 5 / 6), 12);
});

test("Bhattacharyya's distance, by hand", () => {
  // −log(√(½·1) + 0) = ½ log 2 in the first sample, 0 in the second.
  const p = Float64Array.of(0.5, 0.5, 0.2, 0.8);
  const q = Float64Array.of(1, 0, 0.2, 0.8);
  expect(bhattacharyya(p, q, 2)).toBeCloseTo(Math.log(2) / 4, 12);
  expect([...predictionDistances([p, q], 2)]).toEqual([
    0,
    expect.closeTo(Math.log(2) / 4, 12),
    expect.closeTo(Math.log(2) / 4, 12),
    0,
  ]);
  expect(() => bhattacharyya(p, Float64Array.of(1, 0), 2)).toThrow(
    '4 and 2 probabilities; of the same samples',
  );
});

test('two networks stand as far apart as the root of their distance', () => {
  const [p, q] = [Float64Array.of(0.9, 0.1), Float64Array.of(0.4, 0.6)];
  const { points, held } = inpca([p, q], 2);
  expect(points[2] ?? 0).toBeCloseTo(Math.sqrt(bhattacharyya(p, q, 2)) / 2, 12);
  expect(points[0] ?? 0).toBeCloseTo(-(points[2] ?? 0), 12);
  expect(held).toBeCloseTo(1, 12);
});

test('independent samples add up: more of the same moves no point', () => {
  const networks = [
    [0.9, 0.1],
    [0.5, 0.5],
    [0.2, 0.8],
    [0.7, 0.3],
  ];
  const once = inpca(
    networks.map((row) => Float64Array.from(row)),
    2,
  );
  const thrice = inpca(
    networks.map((row) => Float64Array.from([...row, ...row, ...row])),
    2,
  );
  once.points.forEach((value, i) => expect(thrice.points[i]).toBeCloseTo(value, 12));
});

test('principal components of points on a line, and across it', () => {
  // (t, 2t, −2t) is 3 long for t = 1; the variance along it is 9 · Σ t².
  const points = [-2, -1, 0, 1, 2].map((t) => Float32Array.of(t + 7, 2 * t, -2 * t));
  const { points: found, shares } = pca(points);
  [-6, -3, 0, 3, 6].forEach((value, i) => expect(found[2 * i]).toBeCloseTo(value, 10));
  expect(shares).toEqual([expect.closeTo(1, 12), expect.closeTo(0, 12)]);
  expect(() => pca([Float32Array.of(1), Float32Array.of(1, 2)])).toThrow(
    'points of 1 and 2 values; of one length',
  );
});
