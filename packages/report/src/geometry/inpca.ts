/**
 * The plane of predictions: networks as points by what they say of the same samples, whatever their architecture
 * (intensive PCA: Quinn et al., PNAS 116(28), 2019; of training paths: Mao et al., PNAS 121(12), 2024). Float64.
 */
import { embed, type Embedding } from './embed.ts';

/** Class probabilities of one network, row-major [samples × classes]: each row sums to 1. */
export type Probabilities = Float64Array | Float32Array;

/**
 * The mean over samples of Bhattacharyya's distance, −log Σ_c √(p_c q_c): 0 where both say the same, and at most
 * infinite.
 */
export function bhattacharyya(p: Probabilities, q: Probabilities, classes: number): number {
  return meanDistance(roots(p), roots(q), classes);
}

/** Of all pairs, row-major [n × n]. @throws RangeError for networks with different numbers of predictions */
export function predictionDistances(networks: readonly Probabilities[], classes: number): Float64Array {
  const all = networks.map(roots);
  const n = all.length;
  const distances = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const distance = meanDistance(all[i] as Float64Array, all[j] as Float64Array, classes);
      distances[i * n + j] = distance;
      distances[j * n + i] = distance;
    }
  }
  return distances;
}

/** Coordinates of networks in the plane of their predictions. */
export function inpca(networks: readonly Probabilities[], classes: number, dimensions = 2): Embedding {
  return embed(predictionDistances(networks, classes), networks.length, dimensions);
}

function roots(p: Probabilities): Float64Array {
  return Float64Array.from(p, Math.sqrt);
}

/** Two networks that exclude each other's classes are as far apart as float64 can tell. */
const FLOOR = 1e-300;

function meanDistance(p: Float64Array, q: Float64Array, classes: number): number {
  if (p.length !== q.length)
    throw new RangeError(`${p.length} and ${q.length} probabilities; of the same samples`);
  let sum = 0;
  for (let start = 0; start < p.length; start += classes) {
    let overlap = 0;
    for (let k = start; k < start + classes; k++) overlap += (p[k] as number) * (q[k] as number);
    sum -= Math.log(Math.min(1, Math.max(FLOOR, overlap)));
  }
  return (sum * classes) / p.length;
}
