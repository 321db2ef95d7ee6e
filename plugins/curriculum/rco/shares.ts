/**
 * Whole epochs for each of n anchors in one schedule: epoch e of E (from 1) belongs to the first anchor whose
 * cumulated share reaches it, so with equal shares to anchor ceil(e·n/E). What is not whole belongs to the last
 * anchor that has a share.
 * @param shares parts of the budget, summing to 1
 * @returns epochs per anchor, summing to `epochs`; some are 0 where there are more anchors than epochs
 */
export function epochShares(epochs: number, shares: readonly number[]): readonly number[] {
  const last = shares.findLastIndex((share) => share > 0);
  let cumulated = 0;
  let before = 0;
  return shares.map((share, i) => {
    cumulated += share;
    // The tolerance: three times a third is a little less than one.
    const end = i >= last ? epochs : Math.floor(cumulated * epochs + 1e-9);
    const length = end - before;
    before = end;
    return length;
  });
}

/** Equal shares, or `last` for the last anchor and the rest in equal parts. One anchor has everything. */
export function sharesFor(anchors: number, last = 1 / anchors): readonly number[] {
  if (anchors === 1) return [1];
  return Array.from({ length: anchors }, (_, i) => (i === anchors - 1 ? last : (1 - last) / (anchors - 1)));
}

/** A length in pieces of `every`, the last as short as it comes. */
export function piecesOf(epochs: number, every: number): readonly number[] {
  const count = Math.ceil(epochs / every - 1e-9);
  return Array.from({ length: count }, (_, i) => Math.min(every, epochs - i * every));
}
