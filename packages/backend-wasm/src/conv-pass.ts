/** The forward pass and the input gradient of a convolution: which kernel, and with which filter. */
import type { ConvGeometry, Phase, TapRuns } from './conv-phases.ts';
import { forwardFrame, forwardPhase, gradientFrame, gradientPhases, tapRuns } from './conv-phases.ts';
import type { Groups, Images } from './frame.ts';
import type { Pass, PhaseTiles } from './phase-pass.ts';
import { runPhases } from './phase-pass.ts';
import type { Runtime } from './runtime.ts';
import { runWinograd, winogradFits } from './winograd-pass.ts';

/** A pass and its filter. */
export interface ConvPass extends Pass {
  /** Writes the packed filter of a phase. */
  pack(target: number, taps: number, runs: TapRuns): void;
}

function runPass(runtime: Runtime, pass: ConvPass): void {
  if (runtime.winograd && winogradFits(pass)) runWinograd(runtime, pass);
  else runPhases(runtime, pass, (phase, groups) => convTilesOf(runtime, pass, phase, groups));
}

function convTilesOf(runtime: Runtime, pass: ConvPass, phase: Phase, groups: Groups): PhaseTiles {
  const { channels } = pass.target;
  const runs = tapRuns(phase, pass.filterColumns, pass.source.channels, groups.rowBytes);
  const { offsets, run, filterTaps } = runs;
  return {
    blocks: [filterTaps.length * 4, offsets.length * run * Math.ceil(channels / 8) * 32],
    prepare: ([taps = 0, filter = 0]) => {
      pass.pack(filter, taps, runs);
      runtime.writeInts(taps, offsets);
    },
    run: ([taps = 0, filter = 0], source, target, table, pixels) =>
      runtime.kernels.convTiles(source, target, filter, taps, offsets.length, run, table, pixels, channels),
  };
}

/** y [N, OH, OW, O] = x [N, H, W, C] ∗ filter [KH, KW, C, O]; addresses in bytes. */
export function convForward(runtime: Runtime, g: ConvGeometry, x: Images, filter: number, y: number): void {
  const rows = g.filter[0] * g.filter[1] * g.inChannels;
  runPass(runtime, {
    source: x,
    frame: forwardFrame(g),
    phases: [forwardPhase(g)],
    filterColumns: g.filter[1],
    target: { address: y, rows: g.output[0], columns: g.output[1], channels: g.outChannels },
    pack: (target) => runtime.kernels.packFilter(filter, target, rows, g.outChannels),
  });
}

/** dx [N, H, W, C] from dy [N, OH, OW, O] and filter [KH, KW, C, O]; addresses in bytes. */
export function convInputGrad(
  runtime: Runtime,
  g: ConvGeometry,
  dy: Images,
  filter: number,
  dx: number,
): void {
  const phases = gradientPhases(g);
  runPass(runtime, {
    source: dy,
    frame: gradientFrame(phases),
    phases,
    filterColumns: g.filter[1],
    target: { address: dx, rows: g.input[0], columns: g.input[1], channels: g.inChannels },
    pack: (target, taps, { filterTaps }) => {
      runtime.writeInts(taps, filterTaps);
      // prettier-ignore
      runtime.kernels.packFilterTransposed(
        filter, target, taps, filterTaps.length, g.inChannels, g.outChannels,
      );
    },
  });
}
