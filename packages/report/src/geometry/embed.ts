/**
 * Points in few dimensions from distances between them: classical multidimensional scaling that also keeps
 * dimensions of negative square, as InPCA needs (Quinn et al., PNAS 116(28), 2019, section "InPCA"). Float64.
 */
import { symmetricEigen } from './eigen.ts';

export interface Embedding {
  /** Row-major [points × dimensions]: √|λ| times the eigenvector. */
  readonly points: Float64Array;
  readonly dimensions: number;
  /** Of the dimensions, the largest absolute value first. Along a negative one distances are subtracted. */
  readonly eigenvalues: readonly number[];
  /**
   * What these dimensions hold of all distances: 1 − √(Σ of the squared eigenvalues left out / Σ of all), 0 to 1
   * (Mao et al., PNAS 121(12), 2024).
   */
  readonly held: number;
}

/**
 * @param squared row-major [n × n]: squared distances, or a divergence in their place
 * @param dimensions at most n
 */
export function embed(squared: Float64Array, n: number, dimensions = 2): Embedding {
  return embedCentred(doubleCentred(squared, n), n, dimensions);
}

/** The same from inner products of centred points. */
export function embedCentred(products: Float64Array, n: number, dimensions = 2): Embedding {
  const { values, vectors } = symmetricEigen(products, n);
  const all = values.reduce((sum, value) => sum + value * value, 0);
  const kept = Array.from({ length: dimensions }, (_, d) => values[d] ?? 0);
  const rest = values.subarray(dimensions).reduce((sum, value) => sum + value * value, 0);
  const points = new Float64Array(n * dimensions);
  kept.forEach((value, d) => {
    const own = vectors.subarray(d * n, (d + 1) * n);
    // An eigenvector's sign is no fact: the first point that is not at 0 goes to the left.
    const sign = (own.find((x) => Math.abs(x) > 1e-9) ?? -1) > 0 ? -1 : 1;
    for (let i = 0; i < n; i++) {
      points[i * dimensions + d] = sign * Math.sqrt(Math.abs(value)) * (own[i] ?? 0);
    }
  });
  return { points, dimensions, eigenvalues: kept, held: all === 0 ? 1 : 1 - Math.sqrt(rest / all) };
}

/** W = −½ L D L with L = I − 1/n. */
function doubleCentred(squared: Float64Array, n: number): Float64Array {
  if (squared.length !== n * n) throw new RangeError(`${squared.length} values; a matrix of ${n} × ${n}`);
  const rows = Float64Array.from({ length: n }, (_, i) => meanOf(squared.subarray(i * n, (i + 1) * n)));
  const all = meanOf(rows);
  return Float64Array.from(squared, (value, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return -0.5 * (value - (rows[i] as number) - (rows[j] as number) + all);
  });
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
