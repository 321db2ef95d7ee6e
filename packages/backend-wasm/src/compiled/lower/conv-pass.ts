/**
 * One convolution-like pass between frames: the forward pass, or the input gradient by output phases. Direct, in
 * groups, by Winograd, or per channel.
 */
import { tapRuns, type Phase } from '../../conv-phases.ts';
import type { Emit } from '../program.ts';
import type { Schedule } from '../schedule.ts';
import type { Images, Storage } from '../storage.ts';
import type { PixelRule, Tables } from '../tables.ts';

export interface Pass {
  readonly phases: readonly Phase[];
  readonly filterColumns: number;
  readonly source: Storage;
  readonly target: Storage;
  readonly groups: number;
}

/** What is done to the sums before they are stored; addresses, or 0. */
export interface Epilogue {
  readonly bias: number;
  readonly residual: Storage | undefined;
  readonly activation: number;
}

/** Taps of a phase as byte offsets from a pixel's source address, each a run of floats. */
export interface Taps {
  readonly offsets: readonly number[];
  readonly run: number;
  /** Filter positions ky·KW + kx in the order of the packed filter. */
  readonly filterTaps: readonly number[];
}

export function tapsOf(phase: Phase, pass: Pick<Pass, 'filterColumns' | 'source' | 'groups'>): Taps {
  const { source, groups, filterColumns } = pass;
  if (groups === 1) return tapRuns(phase, filterColumns, source.channels, source.rowBytes);
  const pairs = phase.vertical.taps.flatMap((row) =>
    phase.horizontal.taps.map((column) => ({
      offset: row.offset * source.rowBytes + column.offset * source.pixelBytes,
      tap: row.index * filterColumns + column.index,
    })),
  );
  return {
    offsets: pairs.map((p) => p.offset),
    run: source.channels / groups,
    filterTaps: pairs.map((p) => p.tap),
  };
}

/** Source and target byte offsets of every pixel of a phase, from the first bytes of the frames. */
export function pixelRule(
  { vertical, horizontal }: Phase,
  images: number,
  source: Storage,
  target: Storage,
): PixelRule {
  const { border } = source;
  return [
    images,
    vertical.count,
    horizontal.count,
    (vertical.origin + border.top) * source.rowBytes + (horizontal.origin + border.left) * source.pixelBytes,
    source.imageBytes,
    vertical.move * source.rowBytes,
    horizontal.move * source.pixelBytes,
    target.inset + vertical.start * target.rowBytes + horizontal.start * target.pixelBytes,
    target.imageBytes,
    vertical.step * target.rowBytes,
    horizontal.step * target.pixelBytes,
  ];
}

type Context = { readonly schedule: Schedule; readonly tables: Tables };

/** @param filters address of the packed filter of a phase and group */
export function emitDirect(
  { tables }: Context,
  pass: Pass,
  filters: (phase: number, group: number) => number,
  epilogue: Epilogue | undefined,
): (emit: Emit, images: Images) => void {
  const { phases, source, target, groups } = pass;
  const taps = phases.map((phase) => tapsOf(phase, pass));
  const lists = taps.map(({ offsets }) => tables.ints(offsets));
  const [inBytes, outBytes] = [source.pixelBytes / groups, target.pixelBytes / groups];
  return (emit, images) =>
    phases.forEach((phase, p) => {
      const { offsets, run } = taps[p] as Taps;
      const table = tables.pixels(pixelRule(phase, images.count, source, target));
      const pixels = images.count * phase.vertical.count * phase.horizontal.count;
      for (let group = 0; group < groups; group++) {
        const out = group * outBytes;
        // prettier-ignore
        const numbers = [
          source.frame(images) + group * inBytes, target.frame(images) + out, filters(p, group), lists[p] ?? 0,
          offsets.length, run, table, pixels, outBytes / 4,
        ];
        if (epilogue === undefined) emit('convTiles', ...numbers);
        else emit('convTilesFused', ...numbers, ...epilogueNumbers(epilogue, images, out));
      }
    });
}

function epilogueNumbers({ bias, residual, activation }: Epilogue, images: Images, offset: number): number[] {
  const added = residual === undefined ? 0 : residual.frame(images) + offset;
  return [bias === 0 ? 0 : bias + offset, added, activation];
}

/** @param filter transformed; @param work scratch of `winogradScratch` */
export function emitWinograd(
  { tables }: Context,
  { phases, source, target }: Pass,
  filter: number,
  work: { readonly address: number },
  epilogue: Epilogue | undefined,
): (emit: Emit, images: Images) => void {
  const [phase] = phases as readonly [Phase];
  const { vertical, horizontal } = phase;
  const top = vertical.origin + (vertical.taps[0]?.offset ?? 0) + source.border.top;
  const left = horizontal.origin + (horizontal.taps[0]?.offset ?? 0) + source.border.left;
  const [rows, columns] = [target.rows / 4, target.columns / 4];
  return (emit, images) => {
    // prettier-ignore
    const table = tables.pixels([
      images.count, rows, columns, top * source.rowBytes + left * source.pixelBytes, source.imageBytes,
      4 * source.rowBytes, 4 * source.pixelBytes, target.inset, target.imageBytes, 4 * target.rowBytes,
      4 * target.pixelBytes,
    ]);
    // prettier-ignore
    const numbers = [
      source.frame(images), target.frame(images), filter, table, images.count * rows * columns, source.rowBytes,
      target.rowBytes, source.channels, target.channels, work.address,
    ];
    if (epilogue === undefined) emit('winogradTiles', ...numbers);
    else emit('winogradTilesFused', ...numbers, ...epilogueNumbers(epilogue, images, 0));
  };
}

/** Depthwise with one output per channel. @param filter [tap][channels], as the weights lie */
export function emitDepthwise(
  { tables }: Context,
  { phases, source, target, filterColumns }: Pass,
  filter: number,
  epilogue: Epilogue | undefined,
): (emit: Emit, images: Images) => void {
  const pairs = phases.map(({ vertical, horizontal }) =>
    vertical.taps.flatMap((row) =>
      horizontal.taps.flatMap((column) => [
        row.offset * source.rowBytes + column.offset * source.pixelBytes,
        (row.index * filterColumns + column.index) * target.pixelBytes,
      ]),
    ),
  );
  const lists = pairs.map((list) => tables.ints(list));
  return (emit, images) =>
    phases.forEach((phase, p) => {
      const table = tables.pixels(pixelRule(phase, images.count, source, target));
      const pixels = images.count * phase.vertical.count * phase.horizontal.count;
      // prettier-ignore
      const numbers = [
        source.frame(images), target.frame(images), filter, lists[p] ?? 0, (pairs[p]?.length ?? 0) / 2, table, pixels,
        target.channels,
      ];
      if (epilogue === undefined) emit('depthwiseTiles', ...numbers);
      else emit('depthwiseTilesFused', ...numbers, ...epilogueNumbers(epilogue, images, 0));
    });
}
