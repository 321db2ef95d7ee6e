/**
 * Class distributions from logits in float64 on the host: what hardness, divergences and evaluators are made of.
 * Rows are samples; every probability comes from a log-softmax, never from the logarithm of a softmax.
 */

export type Logits = Float32Array | Float64Array;

/**
 * log softmax(z/T) of every row, row-major [rows × classes].
 * @param classes at least 1; `logits.length` is a multiple of it
 * @param temperature above 0
 */
export function logSoftmaxRows(logits: Logits, classes: number, temperature = 1): Float64Array {
  checkRows(logits.length, classes);
  const out = new Float64Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    let max = -Infinity;
    for (let k = start; k < start + classes; k++) max = Math.max(max, logits[k] as number);
    let sum = 0;
    for (let k = start; k < start + classes; k++) {
      out[k] = ((logits[k] as number) - max) / temperature;
      sum += Math.exp(out[k] as number);
    }
    const logSum = Math.log(sum);
    for (let k = start; k < start + classes; k++) out[k] = (out[k] as number) - logSum;
  }
  return out;
}

/**
 * KL(p ‖ q) = Σ_k p (log p − log q) of every row, in nats, from two arrays of log-probabilities.
 * At least 0 but for rounding. A class of probability 0 in p adds nothing.
 */
export function klRows(logP: Float64Array, logQ: Float64Array, classes: number): Float64Array {
  checkRows(logP.length, classes);
  if (logP.length !== logQ.length) {
    throw new RangeError(`klRows: ${logP.length} and ${logQ.length} values; two arrays of one length`);
  }
  return Float64Array.from({ length: logP.length / classes }, (_, row) => {
    let sum = 0;
    for (let k = row * classes; k < (row + 1) * classes; k++) {
      const p = Math.exp(logP[k] as number);
      if (p !== 0) sum += p * ((logP[k] as number) - (logQ[k] as number));
    }
    return sum;
  });
}

/** KL( softmax(p/T) ‖ softmax(q/T) ) of every row, in nats, from logits. No factor T². */
export function klOfLogits(p: Logits, q: Logits, classes: number, temperature = 1): Float64Array {
  return klRows(logSoftmaxRows(p, classes, temperature), logSoftmaxRows(q, classes, temperature), classes);
}

/** Entropy −Σ p log p of softmax(z/T) of every row, in nats: 0 to log(classes). */
export function entropyOfLogits(logits: Logits, classes: number, temperature = 1): Float64Array {
  const logP = logSoftmaxRows(logits, classes, temperature);
  return Float64Array.from({ length: logP.length / classes }, (_, row) => {
    let sum = 0;
    for (let k = row * classes; k < (row + 1) * classes; k++) {
      const p = Math.exp(logP[k] as number);
      if (p !== 0) sum -= p * (logP[k] as number);
    }
    return sum;
  });
}

/** The class with the highest logit of one row; of equal ones the lowest index. */
export function topClass(row: Logits): number {
  let best = 0;
  for (let k = 1; k < row.length; k++) if ((row[k] as number) > (row[best] as number)) best = k;
  return best;
}

/**
 * How many classes of one row stand before a class: those with a higher logit, or an equal one and a lower index.
 * Where a logit is not a number the class ranks last, so that a broken network is never right.
 */
export function classRank(row: Logits, label: number): number {
  const own = row[label] as number;
  let rank = 0;
  for (let k = 0; k < row.length; k++) {
    const other = row[k] as number;
    if (k !== label && !(other < own) && !(other === own && k > label)) rank++;
  }
  return rank;
}

/** The arithmetic mean; NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}

function checkRows(length: number, classes: number): void {
  if (!Number.isInteger(classes) || classes < 1 || length % classes !== 0) {
    throw new RangeError(`${length} values in rows of ${classes}; rows of at least 1 that fill the array`);
  }
}
