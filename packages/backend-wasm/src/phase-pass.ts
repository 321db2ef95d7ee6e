/** Runs a pass phase by phase on a tile kernel, group of images by group of images: what dense and depthwise share. */
import type { Phase } from './conv-phases.ts';
import type { Frame, Groups, Images } from './frame.ts';
import { clearScratch, groupImages } from './frame.ts';
import type { Runtime } from './runtime.ts';

/** A convolution to be computed: geometry, where from, where to. */
export interface Pass {
  readonly source: Images;
  readonly frame: Frame;
  readonly phases: readonly Phase[];
  readonly filterColumns: number;
  readonly target: Omit<Images, 'count'>;
}

/** A phase on one tile kernel. */
export interface PhaseTiles {
  /** Sizes in bytes of the blocks that the phase keeps: its taps, its packed filter. */
  readonly blocks: readonly number[];
  /** Fills the blocks. */
  prepare(blocks: readonly number[]): void;
  /** Computes some pixels; `table` is of (source, target) byte offsets. */
  run(blocks: readonly number[], source: number, target: number, table: number, pixels: number): void;
}

/** Table of (source, target) byte offsets of a phase's pixels, for one group of images. */
function writeTable(runtime: Runtime, pass: Pass, groups: Groups, phase: Phase, table: number): void {
  const { source, target, frame } = pass;
  const { vertical, horizontal } = phase;
  const [sourcePixel, pixel] = [source.channels * 4, target.channels * 4];
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
}

/** @param tilesOf the tiles of a phase, for images that lie as `groups` says */
export function runPhases(
  runtime: Runtime,
  pass: Pass,
  tilesOf: (phase: Phase, groups: Groups) => PhaseTiles,
): void {
  const { source, target } = pass;
  const groups = groupImages(source, pass.frame);
  // Where a pixel has no taps it is zero: one sweep over the memory instead of scattered stores.
  const active = pass.phases.filter(
    ({ vertical, horizontal }) => vertical.taps.length * horizontal.taps.length > 0,
  );
  const phases = active.map((phase) => ({ phase, tiles: tilesOf(phase, groups) }));
  const pixels = ({ vertical, horizontal }: Phase): number => vertical.count * horizontal.count;
  const sizes = phases.flatMap(({ phase, tiles }) => [groups.size * pixels(phase) * 8, ...tiles.blocks]);
  const [frame, ...addresses] = runtime.scratch(groups.scratchBytes, ...sizes);
  const prepared = phases.map(({ phase, tiles }) => {
    const [table = 0, ...blocks] = addresses.splice(0, 1 + tiles.blocks.length);
    tiles.prepare(blocks);
    writeTable(runtime, pass, groups, phase, table);
    return { tiles, blocks, table, pixels: pixels(phase) };
  });
  clearScratch(runtime, groups, frame);
  const imageBytes = target.rows * target.columns * target.channels * 4;
  for (let first = 0; first < source.count; first += groups.size) {
    const count = Math.min(groups.size, source.count - first);
    const from = groups.load(runtime, frame, first, count);
    const to = target.address + first * imageBytes;
    if (active.length < pass.phases.length) runtime.kernels.fill(to, count * imageBytes);
    for (const { tiles, blocks, table, pixels } of prepared)
      tiles.run(blocks, from, to, table, count * pixels);
  }
}
