/** The forward pass and the input gradient of the depthwise convolution with multiplier 1. */
import type { ConvGeometry, Phase } from './conv-phases.ts';
import { forwardFrame, forwardPhase, gradientFrame, gradientPhases } from './conv-phases.ts';
import type { Groups, Images } from './frame.ts';
import type { Pass, PhaseTiles } from './phase-pass.ts';
import { runPhases } from './phase-pass.ts';
import type { Runtime } from './runtime.ts';

/** @param filter address of [KH, KW, C, 1] */
function runPass(runtime: Runtime, pass: Pass, filter: number): void {
  runPhases(runtime, pass, (phase, groups) => depthwiseTilesOf(runtime, pass, phase, groups, filter));
}

function depthwiseTilesOf(
  runtime: Runtime,
  pass: Pass,
  { vertical, horizontal }: Phase,
  groups: Groups,
  filter: number,
): PhaseTiles {
  const { channels } = pass.target;
  const pixel = channels * 4;
  // Pairs of byte offsets: to the pixel, into the filter.
  const pairs = vertical.taps.flatMap((row) =>
    horizontal.taps.flatMap((column) => [
      row.offset * groups.rowBytes + column.offset * pixel,
      (row.index * pass.filterColumns + column.index) * pixel,
    ]),
  );
  return {
    blocks: [pairs.length * 4],
    prepare: ([taps = 0]) => runtime.writeInts(taps, pairs),
    run: ([taps = 0], source, target, table, pixels) =>
      runtime.kernels.depthwiseTiles(source, target, filter, taps, pairs.length / 2, table, pixels, channels),
  };
}

/** y [N, OH, OW, C] = x [N, H, W, C] ∗ filter [KH, KW, C, 1], channel by channel; addresses in bytes. */
export function depthwiseForward(
  runtime: Runtime,
  g: ConvGeometry,
  x: Images,
  filter: number,
  y: number,
): void {
  const target = { address: y, rows: g.output[0], columns: g.output[1], channels: g.outChannels };
  const phases = [forwardPhase(g)];
  runPass(runtime, { source: x, frame: forwardFrame(g), phases, filterColumns: g.filter[1], target }, filter);
}

/** dx [N, H, W, C] from dy [N, OH, OW, C] and filter [KH, KW, C, 1]; addresses in bytes. */
export function depthwiseInputGrad(
  runtime: Runtime,
  g: ConvGeometry,
  dy: Images,
  filter: number,
  dx: number,
): void {
  const target = { address: dx, rows: g.input[0], columns: g.input[1], channels: g.inChannels };
  const phases = gradientPhases(g);
  const pass = { source: dy, frame: gradientFrame(phases), phases, filterColumns: g.filter[1], target };
  runPass(runtime, pass, filter);
}
