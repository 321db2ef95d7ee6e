/** Runs the filter gradient in chunks of pixels; every chunk adds its sum to the gradient in fixed order. */
import type { ConvGeometry } from './conv-phases.ts';
import { forwardFrame, forwardPhase, tapRuns } from './conv-phases.ts';
import type { Images } from './frame.ts';
import { clearScratch, groupImages } from './frame.ts';
import { pixelChunk } from './pixel-chunk.ts';
import type { Runtime } from './runtime.ts';
import { winogradFilterGrad, winogradFilterGradFits } from './winograd-pass.ts';

/** The kernel reads up to 5 floats past a patch: past the tensor that is harmless, past the memory it would trap. */
function endsNearMemoryEnd(runtime: Runtime, x: Images): boolean {
  return x.address + x.count * x.rows * x.columns * x.channels * 4 + 20 > runtime.memoryBytes();
}

/** dw [KH, KW, C, O] from x [N, H, W, C] and dy [N, OH, OW, O]; addresses in bytes. */
export function convFilterGrad(runtime: Runtime, g: ConvGeometry, x: Images, dy: number, dw: number): void {
  if (runtime.winograd && winogradFilterGradFits(g)) winogradFilterGrad(runtime, g, x, dy, dw);
  else directFilterGrad(runtime, g, x, dy, dw);
}

function directFilterGrad(runtime: Runtime, g: ConvGeometry, x: Images, dy: number, dw: number): void {
  const { kernels } = runtime;
  const phase = forwardPhase(g);
  const groups = groupImages(x, forwardFrame(g), endsNearMemoryEnd(runtime, x));
  const runs = tapRuns(phase, g.filter[1], g.inChannels, groups.rowBytes);
  const pixels = g.output[0] * g.output[1];
  const chunk = pixelChunk(g.output[1], g.outChannels);
  const paddedChannels = Math.ceil(g.outChannels / 8) * 8;
  const padded = paddedChannels !== g.outChannels;
  const dyRow = paddedChannels * 4;
  const [buffer, taps, table, dyBuffer] = runtime.scratch(
    groups.scratchBytes,
    runs.offsets.length * 4,
    groups.size * pixels * 8,
    padded ? groups.size * pixels * dyRow : 0,
  );
  clearScratch(runtime, groups, buffer);
  runtime.writeInts(taps, runs.offsets);
  // prettier-ignore
  kernels.pixelTable(
    table, groups.size, g.output[0], g.output[1], 0, groups.imageBytes, phase.vertical.move *
    groups.rowBytes, phase.horizontal.move * g.inChannels * 4, 0, pixels * dyRow, g.output[1] * dyRow, dyRow,
  );
  kernels.fill(dw, g.filter[0] * g.filter[1] * g.inChannels * g.outChannels * 4);
  for (let first = 0; first < x.count; first += groups.size) {
    const count = Math.min(groups.size, x.count - first);
    const source = groups.load(runtime, buffer, first, count);
    const group = dy + first * pixels * g.outChannels * 4;
    if (padded) kernels.padChannels(group, dyBuffer, count * pixels, g.outChannels, paddedChannels);
    for (let at = 0; at < count * pixels; at += chunk) {
      kernels.filterGradTiles(
        source,
        padded ? dyBuffer : group,
        dw,
        taps,
        runs.offsets.length,
        runs.run,
        table + at * 8,
        Math.min(chunk, count * pixels - at),
        g.outChannels,
      );
    }
  }
}
