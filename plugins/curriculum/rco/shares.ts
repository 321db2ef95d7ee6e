/**
 * Whole epochs for each of n anchors in one schedule: epoch e of E (from 1) belongs to the first anchor whose
 * cumulated share reaches it, so with equal shares anchor ceil(e·n/E).
 * @param shares parts of the budget, summing to 1
 * @returns epochs per anchor, summing to `epochs`; some may be 0 where there are more anchors than epochs
 */
export function epochShares(epochs: number, shares: readonly number[]): readonly number[] {
  let cumulated = 0;
  let before = 0;
  return shares.map((share, i) => {
    cumulated += share;
    const end = i === shares.length - 1 ? epochs : Math.floor(cumulated * epochs + 1e-9);
    const length = end - before;
    before = end;
    return length;
  });
}

/** Equal shares, or `last` for the last anchor and the rest in equal parts. */
export function sharesFor(anchors: number, last?: number): readonly number[] {
  if (anchors === 1) return [1];
  const final = last ?? 1 / anchors;
  return Array.from({ length: anchors }, (_, i) => (i === anchors - 1 ? final : (1 - final) / (anchors - 1)));
}
