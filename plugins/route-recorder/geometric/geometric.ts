/**
 * Steps at geometric distances from `first` to `total`: round(first · (total/first)^(i/(count−1))), each once.
 * Early ones fall together where the distances are under a step, so there may be fewer than `count`.
 * @param first first step to keep; less than 1 counts as 1, more than `total` as `total`
 * @param count at least 2
 */
export function geometricSteps(first: number, total: number, count: number): readonly number[] {
  const start = Math.min(Math.max(1, Math.round(first)), total);
  const ratio = total / start;
  const steps = Array.from({ length: count }, (_, i) => Math.round(start * ratio ** (i / (count - 1))));
  return [...new Set(steps)];
}
