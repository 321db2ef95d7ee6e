/**
 * Gradients of the depthwise convolution. A channel multiplier M is handled by repeating the input's channels M times
 * (filter gradient) and by summing M channels at the end (input gradient).
 */
import type { ConvGeometry } from './conv-phases.ts';
import { forwardFrame, forwardPhase } from './conv-phases.ts';
import type { Frame, Images } from './frame.ts';
import type { Runtime } from './runtime.ts';

const groupBytes = 96 * 1024;

interface Layout {
  readonly frame: Frame;
  readonly multiplier: number;
  /** Output channels rounded up to 4. */
  readonly channels: number;
  readonly pixels: number;
  /** Images per group. */
  readonly group: number;
  readonly frameBytes: number;
  readonly taps: readonly number[];
}

function layoutOf(g: ConvGeometry, images: number): Layout {
  const touched = forwardFrame(g);
  const frame = {
    ...touched,
    rows: Math.max(touched.rows, touched.top + g.input[0]),
    columns: Math.max(touched.columns, touched.left + g.input[1]),
  };
  const channels = Math.ceil(g.outChannels / 4) * 4;
  const frameBytes = frame.rows * frame.columns * channels * 4;
  const { vertical, horizontal } = forwardPhase(g);
  const taps = vertical.taps.flatMap((row) =>
    horizontal.taps.map((column) => (row.offset * frame.columns + column.offset) * channels * 4),
  );
  const group = Math.max(1, Math.min(images, Math.floor(groupBytes / frameBytes)));
  const multiplier = g.outChannels / g.inChannels;
  return { frame, multiplier, channels, pixels: g.output[0] * g.output[1], group, frameBytes, taps };
}

/** Table of (frame, dy) offsets for one group. */
function writeTables(runtime: Runtime, g: ConvGeometry, layout: Layout, taps: number, table: number): void {
  const pixel = layout.channels * 4;
  const row = layout.frame.columns * pixel;
  runtime.writeInts(taps, layout.taps);
  runtime.kernels.pixelTable(
    table,
    layout.group,
    g.output[0],
    g.output[1],
    0,
    layout.frameBytes,
    g.stride[0] * row,
    g.stride[1] * pixel,
    0,
    layout.pixels * pixel,
    g.output[1] * pixel,
    pixel,
  );
}

/** dw [KH, KW, C, M] from x [N, H, W, C] and dy [N, OH, OW, C·M]; addresses in bytes. */
export function depthwiseFilterGrad(
  runtime: Runtime,
  g: ConvGeometry,
  x: Images,
  dy: number,
  dw: number,
): void {
  const { kernels } = runtime;
  const layout = layoutOf(g, x.count);
  const { channels, frame, group, multiplier, pixels, taps } = layout;
  const repeated = channels !== g.inChannels;
  const padded = channels !== g.outChannels;
  const [frames, tapTable, table, wide, dyWide] = runtime.scratch(
    group * layout.frameBytes,
    taps.length * 4,
    group * pixels * 8,
    repeated ? group * x.rows * x.columns * channels * 4 : 0,
    padded ? group * pixels * channels * 4 : 0,
  );
  writeTables(runtime, g, layout, tapTable, table);
  kernels.fill(frames, group * layout.frameBytes);
  kernels.fill(dw, taps.length * g.outChannels * 4);
  for (let first = 0; first < x.count; first += group) {
    const count = Math.min(group, x.count - first);
    const source = x.address + first * x.rows * x.columns * g.inChannels * 4;
    const dyGroup = dy + first * pixels * g.outChannels * 4;
    if (repeated)
      kernels.copyPerMultiplier(source, wide, count * x.rows * x.columns, g.inChannels, multiplier, channels);
    if (padded) kernels.padChannels(dyGroup, dyWide, count * pixels, g.outChannels, channels);
    // prettier-ignore
    kernels.padImages(
      repeated ? wide : source, frames, count, channels, x.rows, x.columns, x.rows, x.columns, frame.rows,
      frame.columns, frame.top, frame.left,
    );
    for (let at = 0; at < count * pixels; at += 256) {
      kernels.depthwiseFilterGrad(
        frames,
        padded ? dyWide : dyGroup,
        dw,
        tapTable,
        taps.length,
        table + at * 8,
        Math.min(256, count * pixels - at),
        g.outChannels,
      );
    }
  }
}

/** dx [N, H, W, C] from dy [N, OH, OW, C·M] and filter [KH, KW, C, M]; addresses in bytes. */
export function depthwiseInputGrad(
  runtime: Runtime,
  g: ConvGeometry,
  dy: Images,
  filter: number,
  dx: number,
): void {
  const { kernels } = runtime;
  const layout = layoutOf(g, dy.count);
  const { channels, frame, group, multiplier, pixels, taps } = layout;
  const padded = channels !== g.outChannels;
  const [frames, tapTable, table, weights, dyWide] = runtime.scratch(
    group * layout.frameBytes,
    taps.length * 4,
    group * pixels * 8,
    taps.length * channels * 4,
    padded ? group * pixels * channels * 4 : 0,
  );
  writeTables(runtime, g, layout, tapTable, table);
  kernels.padChannels(filter, weights, taps.length, g.outChannels, channels);
  for (let first = 0; first < dy.count; first += group) {
    const count = Math.min(group, dy.count - first);
    const source = dy.address + first * pixels * g.outChannels * 4;
    kernels.fill(frames, count * layout.frameBytes);
    if (padded) kernels.padChannels(source, dyWide, count * pixels, g.outChannels, channels);
    kernels.depthwiseScatter(
      frames,
      padded ? dyWide : source,
      weights,
      tapTable,
      taps.length,
      table,
      count * pixels,
      channels,
    );
    // prettier-ignore
    kernels.cropImages(
      frames, dx + first * g.input[0] * g.input[1] * g.inChannels * 4, count, g.input[0], g.input[1],
      g.inChannels, multiplier, frame.rows, frame.columns, channels, frame.top, frame.left,
    );
  }
}
