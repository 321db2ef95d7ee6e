/** What a build must show before it is used: the rounding that it claims, and right sums in its main kernel. */
import type { Runtime } from './runtime.ts';

/** (1 + 2⁻¹²)² − (1 + 2⁻¹¹) is 2⁻²⁴ with one rounding and 0 with two. */
export function fuses(runtime: Runtime): boolean {
  const factor = 1 + 2 ** -12;
  return runtime.kernels.multiplyAddProbe(factor, factor, -(1 + 2 ** -11)) === 2 ** -24;
}

/** 7 pixels × 5 input × 11 output channels of small whole numbers, so that every rounding gives the same sums. */
export function multipliesRight(runtime: Runtime): boolean {
  const [pixels, inputs, outputs] = [7, 5, 11];
  const [x, w, packed, y, taps, table] = runtime.scratch(
    pixels * inputs * 4,
    inputs * outputs * 4,
    inputs * 64,
    pixels * outputs * 4,
    4,
    pixels * 8,
  );
  const values = (count: number, factor: number): number[] =>
    Array.from({ length: count }, (_, i) => ((i * factor) % 13) - 6);
  const xs = values(pixels * inputs, 5);
  const ws = values(inputs * outputs, 7);
  runtime.floats(x, xs.length).set(xs);
  runtime.floats(w, ws.length).set(ws);
  runtime.writeInts(taps, [0]);
  const { kernels } = runtime;
  kernels.packFilter(w, packed, inputs, outputs);
  kernels.pixelTable(table, 1, 1, pixels, 0, 0, 0, inputs * 4, 0, 0, 0, outputs * 4);
  kernels.convTiles(x, y, packed, taps, 1, inputs, table, pixels, outputs);
  return runtime.floats(y, pixels * outputs).every((value, at) => {
    const pixel = Math.floor(at / outputs);
    const terms = xs
      .slice(pixel * inputs, (pixel + 1) * inputs)
      .map((v, c) => v * (ws[c * outputs + (at % outputs)] ?? NaN));
    return value === terms.reduce((sum, term) => sum + term, 0);
  });
}
