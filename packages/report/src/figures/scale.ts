/** Scales that are known before a figure is drawn, so that labels can be placed. */

export interface Scale {
  readonly domain: readonly [number, number];
  readonly range: readonly [number, number];
  readonly log: boolean;
}

export function scaleOf(
  values: readonly number[],
  range: readonly [number, number],
  { log = false, pad = 0.04 }: { readonly log?: boolean; readonly pad?: number } = {},
): Scale {
  const finite = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  const [low, high] = finite.length === 0 ? [log ? 1 : 0, log ? 10 : 1] : extent(finite);
  if (log) {
    const room = high > low ? (high / low) ** pad : 1.5;
    return { domain: [low / room, high * room], range, log };
  }
  const room = high > low ? (high - low) * pad : Math.abs(high) * 0.1 || 0.5;
  return { domain: [low - room, high + room], range, log };
}

export function extent(values: readonly number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return [low, high];
}

/** In pixels. */
export function project({ domain: [low, high], range: [from, to], log }: Scale, value: number): number {
  const part = log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return from + part * (to - from);
}

/** 1, 2 and 5 times powers of ten within a logarithmic scale; only powers where it is long, more where it is short. */
export function logTicks([low, high]: readonly [number, number]): number[] {
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const powers = Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
  const steps = [
    ...(high / low > 300 ? [1] : high / low > 60 ? [1, 3] : [1, 2, 5]),
    ...(high / low < 6 ? [1.5, 3, 4, 7] : []),
  ].sort((a, b) => a - b);
  return powers
    .flatMap((power) => steps.map((step) => Number((step * power).toPrecision(3))))
    .filter((value) => value >= low && value <= high);
}
