/** Runs the forward pass and the input gradient on the tile kernel, group of images by group of images. */
import type { ConvGeometry, Phase, TapRuns } from './conv-phases.ts';
import { forwardFrame, forwardPhase, gradientFrame, gradientPhases, tapRuns } from './conv-phases.ts';
import type { Frame, Groups, Images } from './frame.ts';
import { clearScratch, groupImages } from './frame.ts';
import type { Runtime } from './runtime.ts';
import { runWinograd, winogradFits } from './winograd-pass.ts';

/** One convolution to be computed: geometry, where from, where to. */
export interface Pass {
  readonly source: Images;
  readonly frame: Frame;
  readonly phases: readonly Phase[];
  readonly filterColumns: number;
  readonly target: Omit<Images, 'count'>;
  /** Writes the packed filter of a phase. */
  pack(target: number, taps: number, runs: TapRuns): void;
}

interface PreparedPhase {
  readonly runs: TapRuns;
  readonly pixelsPerImage: number;
  readonly taps: number;
  readonly filter: number;
  readonly table: number;
}

const panelBytes = (runs: TapRuns, outChannels: number): number =>
  runs.offsets.length * runs.run * Math.ceil(outChannels / 8) * 32;

/** Reserves and fills the tables of every phase. */
function prepare(runtime: Runtime, pass: Pass, groups: Groups): { frame: number; phases: PreparedPhase[] } {
  const { source, target, frame } = pass;
  const runs = pass.phases.map((phase) =>
    tapRuns(phase, pass.filterColumns, source.channels, groups.rowBytes),
  );
  const sizes = pass.phases.flatMap(({ vertical, horizontal }, i) => {
    const phaseRuns = runs[i] as TapRuns;
    const pixels = groups.size * vertical.count * horizontal.count;
    return [phaseRuns.filterTaps.length * 4, panelBytes(phaseRuns, target.channels), pixels * 8];
  });
  const [buffer, ...blocks] = runtime.scratch(groups.scratchBytes, ...sizes);
  const sourcePixel = source.channels * 4;
  const pixel = target.channels * 4;
  const phases = pass.phases.map(({ vertical, horizontal }, i) => {
    const [taps = 0, filter = 0, table = 0] = blocks.slice(3 * i, 3 * i + 3);
    const phaseRuns = runs[i] as TapRuns;
    pass.pack(filter, taps, phaseRuns);
    runtime.writeInts(taps, phaseRuns.offsets);
    runtime.kernels.pixelTable(
      table,
      groups.size,
      vertical.count,
      horizontal.count,
      (vertical.origin + frame.top) * groups.rowBytes + (horizontal.origin + frame.left) * sourcePixel,
      groups.imageBytes,
      vertical.move * groups.rowBytes,
      horizontal.move * sourcePixel,
      (vertical.start * target.columns + horizontal.start) * pixel,
      target.rows * target.columns * pixel,
      vertical.step * target.columns * pixel,
      horizontal.step * pixel,
    );
    return { runs: phaseRuns, pixelsPerImage: vertical.count * horizontal.count, taps, filter, table };
  });
  return { frame: buffer, phases };
}

function runPass(runtime: Runtime, pass: Pass): void {
  if (runtime.winograd && winogradFits(pass)) runWinograd(runtime, pass);
  else runDirect(runtime, pass);
}

function runDirect(runtime: Runtime, pass: Pass): void {
  const { source, target } = pass;
  const groups = groupImages(source, pass.frame);
  const prepared = prepare(runtime, pass, groups);
  clearScratch(runtime, groups, prepared.frame);
  const imageBytes = target.rows * target.columns * target.channels * 4;
  for (let first = 0; first < source.count; first += groups.size) {
    const count = Math.min(groups.size, source.count - first);
    const address = groups.load(runtime, prepared.frame, first, count);
    for (const { runs, pixelsPerImage, taps, filter, table } of prepared.phases) {
      runtime.kernels.convTiles(
        address,
        target.address + first * imageBytes,
        filter,
        taps,
        runs.offsets.length,
        runs.run,
        table,
        count * pixelsPerImage,
        target.channels,
      );
    }
  }
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
      runtime.kernels.packFilterTransposed(
        filter,
        target,
        taps,
        filterTaps.length,
        g.inChannels,
        g.outChannels,
      );
    },
  });
}
