/** Where the time of a training step goes. Pure: from what was recorded to shares. */
import type { Span } from '@cairn/core';
import type { StepPart } from '@cairn/engine';

/** A part of a step as it was timed, in milliseconds by `performance.now()`. */
export interface PartSpan {
  readonly part: StepPart;
  readonly start: number;
  readonly end: number;
}

/** From the end of the step before to this one's. */
export interface StepSpan {
  readonly start: number;
  readonly end: number;
}

export interface Recording {
  readonly threads: number;
  readonly steps: readonly StepSpan[];
  readonly parts: readonly PartSpan[];
  readonly kernels: readonly Span[];
}

/** All times are milliseconds of a mean step, all shares those of that step. */
export interface KernelRow {
  readonly kernel: string;
  readonly kind: Span['kind'];
  /** In a step. */
  readonly calls: number;
  /** Of all threads together, divided by their number: what the kernel adds to the step. */
  readonly ms: number;
  readonly share: number;
}

export interface PartRow {
  readonly part: Exclude<StepPart, 'checkpoint'> | 'loop';
  readonly ms: number;
  readonly share: number;
  /** The dearest first. */
  readonly kernels: readonly KernelRow[];
}

export interface StepSummary {
  /** Steps that were looked at. */
  readonly steps: number;
  readonly ms: number;
  readonly parts: readonly PartRow[];
  /** Share of a step in which no convolution is computed: waiting is part of it. */
  readonly outsideConvolutions: number;
}

const order = ['data', 'teacher', 'forward', 'loss', 'backward', 'update'] as const;

export function summarise({ threads, steps, parts, kernels }: Recording): StepSummary {
  const total = sum(steps);
  const mean = (ms: number): number => ms / Math.max(1, steps.length);
  const row = (part: PartRow['part'], ms: number, spans: readonly Span[]): PartRow => ({
    part,
    ms: mean(ms),
    share: ms / total,
    kernels: kernelRows(spans, { steps: steps.length, threads, total }),
  });
  const counted = within(steps, parts);
  const seen = within(steps, kernels);
  const known = order.flatMap((part) => {
    const spans = counted.filter((span) => span.part === part);
    return spans.length === 0 ? [] : [row(part, sum(spans), within(spans, seen))];
  });
  const inParts = new Set(within(counted, seen));
  const rest = seen.filter((span) => !inParts.has(span));
  const loop = row('loop', total - sum(counted.filter((span) => span.part !== 'checkpoint')), rest);
  const convolving = sum(seen.filter((span) => span.kind === 'convolution')) / threads;
  return {
    steps: steps.length,
    ms: mean(total),
    parts: [...known, loop],
    outsideConvolutions: 1 - convolving / total,
  };
}

/**
 * Share of the time that goes to no network and no loss: data and augmentation, the loop with its log, checkpoints.
 * @param checkpoint milliseconds of one
 * @param every seconds between two
 */
export function engineShare({ parts }: StepSummary, checkpoint: number, every: number): number {
  const own = parts.filter(({ part }) => part === 'data' || part === 'loop');
  return own.reduce((total, { share }) => total + share, 0) + checkpoint / (every * 1000);
}

function kernelRows(
  spans: readonly Span[],
  { steps, threads, total }: { readonly steps: number; readonly threads: number; readonly total: number },
): KernelRow[] {
  const rows = [...Map.groupBy(spans, (span) => span.kernel)].map(([kernel, own]): KernelRow => {
    const ms = sum(own) / threads;
    const kind = own[0]?.kind ?? 'other';
    return { kernel, kind, calls: own.length / steps, ms: ms / steps, share: ms / total };
  });
  return rows.sort((a, b) => b.ms - a.ms);
}

/** What begins in one of the stretches. Both in order of time, the stretches without overlap. */
function within<T extends { readonly start: number }>(
  stretches: readonly StepSpan[],
  spans: readonly T[],
): T[] {
  const sorted = [...stretches].sort((a, b) => a.start - b.start);
  return spans.filter(({ start }) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle]?.start ?? Infinity) <= start) low = middle + 1;
      else high = middle;
    }
    return start < (sorted[low - 1]?.end ?? -Infinity);
  });
}

function sum(spans: readonly StepSpan[]): number {
  return spans.reduce((total, { start, end }) => total + end - start, 0);
}
