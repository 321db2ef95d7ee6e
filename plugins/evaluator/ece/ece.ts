import { logSoftmaxRows, topClass, type EvalContext } from '@cairn/core';

/** The stated probability of the predicted class, and whether that class was right (1) or not (0). */
interface Prediction {
  readonly confidence: number;
  readonly right: number;
}

/**
 * Expected calibration error over bins of equal mass: samples in the order of their confidence are cut into
 * `bins` runs of (almost) equal length; the result is the mean of |accuracy − mean confidence| weighted by length.
 * @param bins at least 1; with more bins than samples some are empty
 * @returns 0 to 1; NaN where a logit is not a number
 */
export function expectedCalibrationError(context: EvalContext, bins: number): number {
  const sorted = withSharedTies(predictions(context).sort((a, b) => a.confidence - b.confidence));
  const n = sorted.length;
  let error = 0;
  for (let bin = 0; bin < bins; bin++) {
    let gap = 0;
    for (let i = Math.floor((bin * n) / bins); i < Math.floor(((bin + 1) * n) / bins); i++) {
      const { confidence, right } = sorted[i] as Prediction;
      gap += right - confidence;
    }
    error += Math.abs(gap) / n;
  }
  return error;
}

function predictions({ logits, labels, classes }: EvalContext): Prediction[] {
  const logP = logSoftmaxRows(logits, classes);
  return Array.from(labels, (label, row) => {
    const own = logP.subarray(row * classes, (row + 1) * classes);
    const highest = topClass(own);
    return { confidence: Math.exp(own[highest] as number), right: highest === label ? 1 : 0 };
  });
}

/**
 * Samples of equal confidence share their accuracy, so that a bin's edge among them does not make the result
 * depend on their order.
 */
function withSharedTies(sorted: readonly Prediction[]): readonly Prediction[] {
  const rightOf = new Map<number, { sum: number; count: number }>();
  for (const { confidence, right } of sorted) {
    const group = rightOf.get(confidence) ?? { sum: 0, count: 0 };
    rightOf.set(confidence, { sum: group.sum + right, count: group.count + 1 });
  }
  return sorted.map(({ confidence }) => {
    const { sum, count } = rightOf.get(confidence) ?? { sum: 0, count: 1 };
    return { confidence, right: sum / count };
  });
}
