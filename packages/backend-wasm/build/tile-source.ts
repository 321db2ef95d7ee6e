/**
 * Writes the AssemblyScript of the register tiles, in which every convolution and matrix product ends: some rows × one
 * panel of output channels, one accumulator per row and vector of 4. A panel is 8 channels wide; the wide build has
 * panels of 16 too, which fit the registers where V8 joins neighbouring vectors into one of 256 bits
 * (`--experimental-wasm-revectorize`). Per output value every tile does the same operations in the same order, so the
 * results of both builds have the same bits.
 *
 * The text is generated since AssemblyScript has no arrays of registers: by hand it would be a copy per size.
 */
import { convTileSource } from './conv-tile-source.ts';
import { depthwiseSource } from './depthwise-source.ts';
import { gradientTileSource } from './gradient-tile-source.ts';
import { peakSource } from './peak-source.ts';
import { transformSource } from './transform-source.ts';

/** The module `tiles` that `assembly/` imports. */
export function tileSource(wide: boolean): string {
  return `import { activationCeiling, activationFloor } from './epilogue';
import { madd } from './madd';
import { loadLanes, storeLanes } from './lanes';

/** Channels of a full panel. */
export const panel = ${wide ? 16 : 8};
${convTileSource(wide)}
${gradientTileSource(wide)}
${depthwiseSource(wide)}
${transformSource(wide)}
${peakSource(wide)}`;
}
