/**
 * A length in equal parts: whole epochs, so that no rounding to steps changes the sum, unless there are more parts
 * than epochs. What is not whole belongs to the last.
 * @param parts at least 1
 * @returns epochs of each part, summing to `epochs`
 */
export function splitEpochs(epochs: number, parts: number): readonly number[] {
  if (epochs < parts) return Array.from({ length: parts }, () => epochs / parts);
  // The tolerance: finished stages are steps divided by steps per epoch.
  const endOf = (part: number): number =>
    part === parts ? epochs : Math.floor((part * epochs) / parts + 1e-9);
  return Array.from({ length: parts }, (_, i) => endOf(i + 1) - endOf(i));
}
