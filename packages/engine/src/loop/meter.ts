/** Sums over the samples of an epoch; kept in the run's state, so that a resume in mid-epoch goes on counting. */
export function addToSums(
  sums: Record<string, number>,
  values: Readonly<Record<string, number>>,
  samples: number,
): void {
  sums['samples'] = (sums['samples'] ?? 0) + samples;
  for (const [name, value] of Object.entries(values)) sums[name] = (sums[name] ?? 0) + value * samples;
}

/** Means of the sums, keyed `train/<name>`. */
export function epochMeans(sums: Readonly<Record<string, number>>): Record<string, number> {
  const { samples = 1, ...totals } = sums;
  return Object.fromEntries(
    Object.entries(totals).map(([name, total]) => [`train/${name}`, total / samples]),
  );
}

/** Share of rows whose largest logit is the label's. */
export function accuracy(logits: Float32Array, labels: Int32Array): number {
  const classes = logits.length / labels.length;
  let right = 0;
  labels.forEach((label, i) => {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    if (row.every((z, k) => k === label || z < (row[label] ?? -Infinity))) right++;
  });
  return right / Math.max(1, labels.length);
}
