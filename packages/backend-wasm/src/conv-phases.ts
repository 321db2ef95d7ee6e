/**
 * Convolution geometry as tables for the tile kernels. A pass is a set of phases; in a phase every output pixel reads
 * the same taps. The forward pass is one phase. The input gradient of stride s has s·s phases: the input pixels with
 * the same remainder modulo s, each a stride-1 convolution of dy with its own part of the filter.
 */
import type { Frame } from './frame.ts';

/** Geometry of a 2-D convolution; pairs are [vertical, horizontal]. */
export interface ConvGeometry {
  readonly input: readonly [number, number];
  readonly output: readonly [number, number];
  readonly filter: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly inChannels: number;
  readonly outChannels: number;
}

/** One axis of a phase: output positions start, start + step, …; each reads source positions origin + i·move + offset. */
interface AxisPhase {
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly origin: number;
  readonly move: number;
  readonly taps: readonly { readonly index: number; readonly offset: number }[];
}

export interface Phase {
  readonly vertical: AxisPhase;
  readonly horizontal: AxisPhase;
}

type Axis = 0 | 1;

function forwardAxis(g: ConvGeometry, axis: Axis): AxisPhase {
  const taps = Array.from({ length: g.filter[axis] }, (_, index) => ({
    index,
    offset: index * g.dilation[axis],
  }));
  return { start: 0, step: 1, count: g.output[axis], origin: -g.padding[axis], move: g.stride[axis], taps };
}

/** The forward pass; source positions are those of x and may be negative. */
export function forwardPhase(g: ConvGeometry): Phase {
  return { vertical: forwardAxis(g, 0), horizontal: forwardAxis(g, 1) };
}

/** The area around x that the forward pass touches. */
export function forwardFrame(g: ConvGeometry): Frame {
  const reach = (axis: Axis): number =>
    (g.output[axis] - 1) * g.stride[axis] + (g.filter[axis] - 1) * g.dilation[axis] + 1;
  return { rows: reach(0), columns: reach(1), top: g.padding[0], left: g.padding[1] };
}

function gradientAxis(g: ConvGeometry, axis: Axis): AxisPhase[] {
  const stride = g.stride[axis];
  const phases = Array.from({ length: stride }, (_, remainder): AxisPhase => {
    const start = (((remainder - g.padding[axis]) % stride) + stride) % stride;
    const taps = [];
    for (let index = g.filter[axis] - 1; index >= 0; index--) {
      const offset = (remainder - index * g.dilation[axis]) / stride;
      if (Number.isInteger(offset)) taps.push({ index, offset });
    }
    const origin = (start + g.padding[axis] - remainder) / stride;
    return { start, step: stride, count: Math.ceil((g.input[axis] - start) / stride), origin, move: 1, taps };
  });
  return phases.filter((phase) => phase.count > 0);
}

/** The input gradient; source positions are those of dy and may be negative. Phases without taps write zeros. */
export function gradientPhases(g: ConvGeometry): Phase[] {
  const horizontals = gradientAxis(g, 1);
  return gradientAxis(g, 0).flatMap((vertical) =>
    horizontals.map((horizontal) => ({ vertical, horizontal })),
  );
}

function reach(axes: readonly AxisPhase[]): { before: number; size: number } {
  const touched = axes.flatMap(({ origin, count, taps }) =>
    taps.flatMap(({ offset }) => [origin + offset, origin + count - 1 + offset]),
  );
  const before = Math.max(0, -Math.min(0, ...touched));
  return { before, size: before + Math.max(0, ...touched) + 1 };
}

/** The area around dy that the input gradient touches. */
export function gradientFrame(phases: readonly Phase[]): Frame {
  const rows = reach(phases.map(({ vertical }) => vertical));
  const columns = reach(phases.map(({ horizontal }) => horizontal));
  return { rows: rows.size, columns: columns.size, top: rows.before, left: columns.before };
}

/** Taps of a phase as byte offsets, neighbouring columns joined into one run where they lie side by side. */
export interface TapRuns {
  readonly offsets: readonly number[];
  /** Floats per run. */
  readonly run: number;
  /** Filter position ky·KW + kx of every tap, in the order of the packed filter. */
  readonly filterTaps: readonly number[];
}

export function tapRuns(phase: Phase, filterColumns: number, channels: number, rowBytes: number): TapRuns {
  const { taps: columns } = phase.horizontal;
  const joined = columns.every((tap, i) => i === 0 || tap.offset === (columns[i - 1]?.offset ?? 0) + 1);
  const starts = joined ? columns.slice(0, 1) : columns;
  const offsets = phase.vertical.taps.flatMap((row) =>
    starts.map((column) => row.offset * rowBytes + column.offset * channels * 4),
  );
  const filterTaps = phase.vertical.taps.flatMap((row) =>
    columns.map((column) => row.index * filterColumns + column.index),
  );
  return { offsets, run: (joined ? columns.length : 1) * channels, filterTaps };
}
