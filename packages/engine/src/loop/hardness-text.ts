import { mean, type AnchorId, type Decision } from '@cairn/core';

/**
 * `   H 0.41 → 0.78`: mean hardness of the anchors that are left and of those chosen, where the decision's numbers
 * have `candidates` (steps) and their `hardness`; empty where they have not. A student that nobody taught has one value.
 */
export function hardnessText(
  { numbers }: Pick<Decision, 'numbers'>,
  before: readonly AnchorId[],
  chosen: readonly AnchorId[],
): string {
  const { candidates, hardness } = numbers;
  if (!Array.isArray(candidates) || !Array.isArray(hardness)) return '';
  const of = (anchors: readonly AnchorId[]): number =>
    mean(anchors.map((id) => Number(hardness[candidates.indexOf(id)] ?? NaN)));
  const values = [before, chosen].filter((anchors) => anchors.length > 0).map(of);
  if (values.length === 0 || !values.every(Number.isFinite)) return '';
  return `   H ${values.map(digits).join(' → ')}`;
}

/** Two decimals, or two digits of what is smaller. */
function digits(value: number): string {
  return Math.abs(value) >= 0.095 || value === 0 ? value.toFixed(2) : value.toPrecision(2);
}
