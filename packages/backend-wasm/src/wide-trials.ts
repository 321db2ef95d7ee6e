/** Small computations with every kind of tile: what the wide build must show before it is used. */
import type { Runtime } from './runtime.ts';

const [pixels, inputs, outputs, tiles] = [7, 10, 24, 5];

/** Fractions that use all bits of a float; the same at every call. */
const values = (count: number, seed: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.fround(Math.sin(seed * 12.9898 + i * 78.233)));

const padded = (count: number): number => Math.ceil(count / 8) * 8;

/** Results of the trials, in turn. */
export function trialResults(runtime: Runtime): Float32Array[] {
  return [convolution, filterGradient, winograd, winogradFilterGradient].map((trial) => trial(runtime));
}

function convolution({ kernels, ...runtime }: Runtime): Float32Array {
  const [x, filter, packed, y, taps, table] = runtime.scratch(
    pixels * inputs * 4,
    inputs * outputs * 4,
    inputs * outputs * 4,
    pixels * outputs * 4,
    4,
    pixels * 8,
  );
  runtime.floats(x, pixels * inputs).set(values(pixels * inputs, 1));
  runtime.floats(filter, inputs * outputs).set(values(inputs * outputs, 2));
  runtime.writeInts(taps, [0]);
  kernels.packFilter(filter, packed, inputs, outputs);
  kernels.pixelTable(table, 1, 1, pixels, 0, 0, 0, inputs * 4, 0, 0, 0, outputs * 4);
  kernels.convTiles(x, y, packed, taps, 1, inputs, table, pixels, outputs);
  return runtime.floats(y, pixels * outputs).slice();
}

function filterGradient({ kernels, ...runtime }: Runtime): Float32Array {
  const [x, dy, gradient, taps, table] = runtime.scratch(
    padded(pixels * inputs + 8) * 4,
    pixels * outputs * 4,
    inputs * outputs * 4,
    4,
    pixels * 8,
  );
  runtime.floats(x, pixels * inputs).set(values(pixels * inputs, 3));
  runtime.floats(dy, pixels * outputs).set(values(pixels * outputs, 4));
  runtime.floats(gradient, inputs * outputs).fill(0);
  runtime.writeInts(taps, [0]);
  kernels.pixelTable(table, 1, 1, pixels, 0, 0, 0, inputs * 4, 0, 0, 0, outputs * 4);
  kernels.filterGradTiles(x, dy, gradient, taps, 1, inputs, table, pixels, outputs);
  return runtime.floats(gradient, inputs * outputs).slice();
}

const channels = 12;
const sourceRow = (4 * tiles + 2) * channels * 4;
const targetRow = 4 * tiles * outputs * 4;

function winograd({ kernels, ...runtime }: Runtime): Float32Array {
  const filterBytes = channels * outputs * 4;
  const [x, packed, filter, y, table, work] = runtime.scratch(
    6 * sourceRow,
    9 * filterBytes,
    36 * filterBytes,
    4 * targetRow,
    tiles * 8,
    kernels.winogradScratch(channels, outputs),
  );
  runtime.floats(x, (6 * sourceRow) / 4).set(values((6 * sourceRow) / 4, 5));
  runtime.floats(filter, (9 * filterBytes) / 4).set(values((9 * filterBytes) / 4, 6));
  kernels.packFilter(filter, packed, 9 * channels, outputs);
  kernels.winogradFilter(packed, filter, outputs / 8, channels, work);
  kernels.pixelTable(table, 1, 1, tiles, 0, 0, 0, 16 * channels, 0, 0, 0, 16 * outputs);
  kernels.winogradTiles(x, y, filter, table, tiles, sourceRow, targetRow, channels, outputs, work);
  return runtime.floats(y, targetRow).slice();
}

function winogradFilterGradient({ kernels, ...runtime }: Runtime): Float32Array {
  const count = channels * outputs;
  const sumBytes = kernels.winogradFilterGradSums(channels, outputs);
  const [x, dy, sums, dw, table, work] = runtime.scratch(
    6 * sourceRow,
    4 * targetRow,
    sumBytes,
    9 * count * 4,
    tiles * 8,
    kernels.winogradFilterGradScratch(channels, outputs),
  );
  runtime.floats(x, (6 * sourceRow) / 4).set(values((6 * sourceRow) / 4, 7));
  runtime.floats(dy, targetRow).set(values(targetRow, 8));
  runtime.floats(sums, sumBytes / 4).fill(0);
  kernels.pixelTable(table, 1, 1, tiles, 0, 0, 0, 16 * channels, 0, 0, 0, 16 * outputs);
  kernels.winogradFilterGrad(x, dy, sums, table, tiles, sourceRow, targetRow, channels, outputs, work);
  kernels.winogradFilterGradEnd(sums, dw, channels, outputs, work);
  return runtime.floats(dw, 9 * count).slice();
}
