/** Packs blocks that are needed for a while into as little memory as first fit finds. */

export interface Interval {
  readonly bytes: number;
  /** First and last moment at which it is needed. */
  readonly from: number;
  readonly to: number;
}

export interface Packing {
  readonly offsets: readonly number[];
  readonly bytes: number;
}

const alignment = 64;
/** Kernels may read a few floats past an operand. */
const slack = 64;

/** Larger ones first; each at the lowest offset where nobody is at the same time. */
export function packIntervals(intervals: readonly Interval[]): Packing {
  const offsets = intervals.map(() => 0);
  const order = intervals
    .map((_, i) => i)
    .sort((a, b) => sizeOf(intervals, b) - sizeOf(intervals, a) || a - b);
  const placed: { interval: Interval; start: number; end: number }[] = [];
  for (const index of order) {
    const interval = intervals[index] as Interval;
    const size = sizeOf(intervals, index);
    const rivals = placed
      .filter((p) => p.interval.from <= interval.to && interval.from <= p.interval.to)
      .sort((a, b) => a.start - b.start);
    let start = 0;
    for (const rival of rivals) {
      if (rival.start - start >= size) break;
      start = Math.max(start, rival.end);
    }
    offsets[index] = start;
    placed.push({ interval, start, end: start + size });
  }
  return { offsets, bytes: placed.reduce((most, { end }) => Math.max(most, end), 0) };
}

function sizeOf(intervals: readonly Interval[], index: number): number {
  return Math.ceil(((intervals[index]?.bytes ?? 0) + slack) / alignment) * alignment;
}
