/** Input gradient of the depthwise convolution with multiplier 1 on its tile kernel, group by group of images. */
import type { ConvGeometry, Phase } from './conv-phases.ts';
import { gradientFrame, gradientPhases } from './conv-phases.ts';
import type { Frame, Groups, Images } from './frame.ts';
import { clearScratch, groupImages } from './frame.ts';
import type { Runtime } from './runtime.ts';

interface Pass {
  readonly source: Images;
  readonly frame: Frame;
  readonly phases: readonly Phase[];
  readonly filter: number;
  readonly filterColumns: number;
  readonly target: Omit<Images, 'count'>;
}

interface PreparedPhase {
  readonly taps: number;
  readonly tapCount: number;
  readonly table: number;
  readonly pixelsPerImage: number;
}

/** Pairs of byte offsets: to the pixel, into the filter. */
function tapPairs({ vertical, horizontal }: Phase, pass: Pass, groups: Groups): number[] {
  const pixel = pass.source.channels * 4;
  return vertical.taps.flatMap((row) =>
    horizontal.taps.flatMap((column) => [
      row.offset * groups.rowBytes + column.offset * pixel,
      (row.index * pass.filterColumns + column.index) * pixel,
    ]),
  );
}

function prepare(runtime: Runtime, pass: Pass, groups: Groups): { frame: number; phases: PreparedPhase[] } {
  const { target, frame } = pass;
  const pixel = target.channels * 4;
  const pairs = pass.phases.map((phase) => tapPairs(phase, pass, groups));
  const sizes = pass.phases.flatMap(({ vertical, horizontal }, i) => [
    (pairs[i]?.length ?? 0) * 4,
    groups.size * vertical.count * horizontal.count * 8,
  ]);
  const [buffer, ...blocks] = runtime.scratch(groups.scratchBytes, ...sizes);
  const phases = pass.phases.map(({ vertical, horizontal }, i) => {
    const [taps = 0, table = 0] = blocks.slice(2 * i, 2 * i + 2);
    const phasePairs = pairs[i] ?? [];
    runtime.writeInts(taps, phasePairs);
    runtime.kernels.pixelTable(
      table,
      groups.size,
      vertical.count,
      horizontal.count,
      (vertical.origin + frame.top) * groups.rowBytes + (horizontal.origin + frame.left) * pixel,
      groups.imageBytes,
      vertical.move * groups.rowBytes,
      horizontal.move * pixel,
      (vertical.start * target.columns + horizontal.start) * pixel,
      target.rows * target.columns * pixel,
      vertical.step * target.columns * pixel,
      horizontal.step * pixel,
    );
    return {
      taps,
      tapCount: phasePairs.length / 2,
      table,
      pixelsPerImage: vertical.count * horizontal.count,
    };
  });
  return { frame: buffer, phases };
}

function runPass(runtime: Runtime, pass: Pass): void {
  const { source, target } = pass;
  const groups = groupImages(source, pass.frame);
  const prepared = prepare(runtime, pass, groups);
  clearScratch(runtime, groups, prepared.frame);
  const imageBytes = target.rows * target.columns * target.channels * 4;
  for (let first = 0; first < source.count; first += groups.size) {
    const count = Math.min(groups.size, source.count - first);
    const address = groups.load(runtime, prepared.frame, first, count);
    for (const { taps, tapCount, table, pixelsPerImage } of prepared.phases) {
      runtime.kernels.depthwiseTiles(
        address,
        target.address + first * imageBytes,
        pass.filter,
        taps,
        tapCount,
        table,
        count * pixelsPerImage,
        target.channels,
      );
    }
  }
}

/** dx [N, H, W, C] from dy [N, OH, OW, C] and filter [KH, KW, C, 1]; addresses in bytes. */
export function depthwiseInputGrad(
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
    filter,
    filterColumns: g.filter[1],
    target: { address: dx, rows: g.input[0], columns: g.input[1], channels: g.inChannels },
  });
}
