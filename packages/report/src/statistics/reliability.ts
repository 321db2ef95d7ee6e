/** How often a network is right when it says that it is so sure. */

export interface ReliabilityBin {
  /** Mean probability of the predicted class, 0 to 1. */
  readonly confidence: number;
  /** Share of them that is right. */
  readonly accuracy: number;
  readonly n: number;
}

/**
 * Bins of equal mass, as `ece` has them: samples by confidence, cut into `bins` runs of almost equal length.
 * @throws RangeError for arrays of different lengths
 */
export function reliability(
  {
    predicted,
    labels,
    confidence,
  }: { readonly predicted: Int32Array; readonly labels: Int32Array; readonly confidence: Float32Array },
  bins: number,
): ReliabilityBin[] {
  const n = labels.length;
  if (predicted.length !== n || confidence.length !== n) {
    throw new RangeError(
      `${predicted.length} predictions, ${n} labels, ${confidence.length} confidences; of the same samples`,
    );
  }
  const order = Array.from({ length: n }, (_, i) => i).sort(
    (a, b) => (confidence[a] ?? 0) - (confidence[b] ?? 0),
  );
  return Array.from({ length: bins }, (_, bin) => {
    const own = order.slice(Math.floor((bin * n) / bins), Math.floor(((bin + 1) * n) / bins));
    const sum = (of: (i: number) => number): number =>
      own.reduce((total, i) => total + of(i), 0) / own.length;
    return {
      confidence: sum((i) => confidence[i] ?? NaN),
      accuracy: sum((i) => (predicted[i] === labels[i] ? 1 : 0)),
      n: own.length,
    };
  }).filter((bin) => bin.n > 0);
}
