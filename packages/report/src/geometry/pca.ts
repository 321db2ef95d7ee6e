/** Principal components of few points in many dimensions, such as weights: through the products of all pairs. Float64. */
import { embedCentred, type Embedding } from './embed.ts';

/**
 * @param points of one length each
 * @returns coordinates, and the share of the variance that each has
 * @throws RangeError for points of different lengths
 */
export function pca(
  points: readonly Float32Array[],
  dimensions = 2,
): Embedding & { readonly shares: readonly number[] } {
  const n = points.length;
  const size = points[0]?.length ?? 0;
  const other = points.find((point) => point.length !== size);
  if (other !== undefined)
    throw new RangeError(`points of ${size} and ${other.length} values; of one length`);
  const centre = new Float64Array(size);
  for (const point of points)
    for (let k = 0; k < size; k++) centre[k] = (centre[k] as number) + (point[k] as number) / n;
  const centred = points.map((point) =>
    Float64Array.from(point, (value, k) => value - (centre[k] as number)),
  );
  const products = new Float64Array(n * n);
  let variance = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) {
      const product = dot(centred[i] as Float64Array, centred[j] as Float64Array);
      products[i * n + j] = product;
      products[j * n + i] = product;
      if (i === j) variance += product;
    }
  }
  const found = embedCentred(products, n, dimensions);
  return { ...found, shares: found.eigenvalues.map((value) => (variance === 0 ? 0 : value / variance)) };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[k] as number);
  return sum;
}
