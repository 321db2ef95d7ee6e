/** Runs a 3×3 pass of stride 1 by Winograd's F(4×4, 3×3), group of images by group of images. */
import type { ConvPass } from './conv-pass.ts';
import type { ConvGeometry, Phase } from './conv-phases.ts';
import { forwardFrame, tapRuns } from './conv-phases.ts';
import type { Images } from './frame.ts';
import { clearScratch, groupImages } from './frame.ts';
import type { Runtime } from './runtime.ts';

/** What decides whether a pass can go Winograd's way. */
interface Shapes {
  readonly phases: readonly Phase[];
  readonly source: { readonly channels: number };
  readonly target: { readonly rows: number; readonly columns: number; readonly channels: number };
}

/** Tiles must cover the output exactly, and channels must fill the vectors. */
export function winogradFits({ phases, source, target }: Shapes): boolean {
  const [phase] = phases;
  if (phase === undefined || phases.length > 1) return false;
  const { vertical, horizontal } = phase;
  const plain = [vertical, horizontal].every(
    ({ move, step, taps }) =>
      move === 1 &&
      step === 1 &&
      taps.length === 3 &&
      taps.every((tap, i) => tap.offset === (taps[0]?.offset ?? 0) + i),
  );
  return (
    plain &&
    target.rows % 4 === 0 &&
    target.columns % 4 === 0 &&
    source.channels % 4 === 0 &&
    source.channels >= 8 &&
    target.channels % 8 === 0
  );
}

/** @param pass one for which `winogradFits` */
export function runWinograd(runtime: Runtime, pass: ConvPass): void {
  const { source, target, frame } = pass;
  const [phase] = pass.phases;
  if (phase === undefined) return;
  const { kernels } = runtime;
  const { vertical, horizontal } = phase;
  const groups = groupImages(source, frame);
  const runs = tapRuns(phase, 3, source.channels, groups.rowBytes);
  const filterBytes = source.channels * target.channels * 4;
  const tiles = (target.rows / 4) * (target.columns / 4);
  const [buffer, taps, packed, filter, table, work] = runtime.scratch(
    groups.scratchBytes,
    36,
    9 * filterBytes,
    36 * filterBytes,
    groups.size * tiles * 8,
    kernels.winogradScratch(source.channels, target.channels),
  );
  pass.pack(packed, taps, runs);
  kernels.winogradFilter(packed, filter, target.channels / 8, source.channels, work);
  const sourcePixel = source.channels * 4;
  const pixel = target.channels * 4;
  const imageBytes = target.rows * target.columns * pixel;
  const top = vertical.origin + frame.top + (vertical.taps[0]?.offset ?? 0);
  const left = horizontal.origin + frame.left + (horizontal.taps[0]?.offset ?? 0);
  // prettier-ignore
  kernels.pixelTable(
    table, groups.size, target.rows / 4, target.columns / 4, top * groups.rowBytes + left * sourcePixel,
    groups.imageBytes, 4 * groups.rowBytes, 4 * sourcePixel, 0, imageBytes, 4 * target.columns * pixel, 4 *
    pixel,
  );
  clearScratch(runtime, groups, buffer);
  for (let first = 0; first < source.count; first += groups.size) {
    const count = Math.min(groups.size, source.count - first);
    const address = groups.load(runtime, buffer, first, count);
    kernels.winogradTiles(
      address,
      target.address + first * imageBytes,
      filter,
      table,
      count * tiles,
      groups.rowBytes,
      target.columns * pixel,
      source.channels,
      target.channels,
      work,
    );
  }
}

/** Whether the filter gradient of a convolution can go Winograd's way. */
export function winogradFilterGradFits(g: ConvGeometry): boolean {
  const plain = ([0, 1] as const).every(
    (axis) =>
      g.filter[axis] === 3 && g.stride[axis] === 1 && g.dilation[axis] === 1 && g.output[axis] % 4 === 0,
  );
  return plain && g.inChannels % 4 === 0 && g.inChannels >= 8 && g.outChannels % 8 === 0;
}

/** dw [3, 3, C, O] from x [N, H, W, C] and dy [N, OH, OW, O]; for a geometry where `winogradFilterGradFits`. */
export function winogradFilterGrad(
  runtime: Runtime,
  g: ConvGeometry,
  x: Images,
  dy: number,
  dw: number,
): void {
  const { kernels } = runtime;
  const { inChannels, outChannels, output } = g;
  const groups = groupImages(x, forwardFrame(g));
  const tiles = (output[0] / 4) * (output[1] / 4);
  const sumBytes = kernels.winogradFilterGradSums(inChannels, outChannels);
  const [buffer, sums, table, work] = runtime.scratch(
    groups.scratchBytes,
    sumBytes,
    groups.size * tiles * 8,
    kernels.winogradFilterGradScratch(inChannels, outChannels),
  );
  const dyRow = output[1] * outChannels * 4;
  // prettier-ignore
  kernels.pixelTable(
    table, groups.size, output[0] / 4, output[1] / 4, 0, groups.imageBytes, 4 * groups.rowBytes, 16 *
    inChannels, 0, output[0] * dyRow, 4 * dyRow, 16 * outChannels,
  );
  clearScratch(runtime, groups, buffer);
  kernels.fill(sums, sumBytes);
  for (let first = 0; first < x.count; first += groups.size) {
    const count = Math.min(groups.size, x.count - first);
    kernels.winogradFilterGrad(
      groups.load(runtime, buffer, first, count),
      dy + first * output[0] * dyRow,
      sums,
      table,
      count * tiles,
      groups.rowBytes,
      dyRow,
      inChannels,
      outChannels,
      work,
    );
  }
  kernels.winogradFilterGradEnd(sums, dw, inChannels, outChannels, work);
}
