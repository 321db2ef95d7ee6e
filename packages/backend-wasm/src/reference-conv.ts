/** Naive float64 convolutions, the yardstick of the tests. One loop nest visits every product once. */
import type { ConvGeometry } from './conv-phases.ts';

/** Calls `visit` with flat indices of x, filter and y for every product of a convolution. */
function eachProduct(
  g: ConvGeometry,
  batch: number,
  visit: (x: number, filter: number, y: number) => void,
  depthwise: boolean,
): void {
  const [height, width] = g.input;
  const [outHeight, outWidth] = g.output;
  const [rows, columns] = g.filter;
  const multiplier = g.outChannels / g.inChannels;
  const positions = batch * outHeight * outWidth;
  for (let position = 0; position < positions; position++) {
    const ox = position % outWidth;
    const oy = Math.floor(position / outWidth) % outHeight;
    const n = Math.floor(position / (outWidth * outHeight));
    for (let tap = 0; tap < rows * columns; tap++) {
      const iy = oy * g.stride[0] + Math.floor(tap / columns) * g.dilation[0] - g.padding[0];
      const ix = ox * g.stride[1] + (tap % columns) * g.dilation[1] - g.padding[1];
      if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
      const x = ((n * height + iy) * width + ix) * g.inChannels;
      for (let c = 0; c < g.inChannels; c++) {
        const first = depthwise ? c * multiplier : 0;
        const count = depthwise ? multiplier : g.outChannels;
        const filter = (tap * g.inChannels + c) * count;
        for (let o = 0; o < count; o++) visit(x + c, filter + o, position * g.outChannels + first + o);
      }
    }
  }
}

export interface ConvReference {
  readonly y: Float64Array;
  readonly dx: Float64Array;
  readonly dw: Float64Array;
}

/** Forward and both gradients. */
export function referenceConv(
  g: ConvGeometry,
  batch: number,
  x: ArrayLike<number>,
  filter: ArrayLike<number>,
  dy: ArrayLike<number>,
  depthwise = false,
): ConvReference {
  const y = new Float64Array(dy.length);
  const dx = new Float64Array(x.length);
  const dw = new Float64Array(filter.length);
  eachProduct(
    g,
    batch,
    (i, j, k) => {
      y[k] = (y[k] ?? 0) + (x[i] ?? NaN) * (filter[j] ?? NaN);
      dx[i] = (dx[i] ?? 0) + (dy[k] ?? NaN) * (filter[j] ?? NaN);
      dw[j] = (dw[j] ?? 0) + (dy[k] ?? NaN) * (x[i] ?? NaN);
    },
    depthwise,
  );
  return { y, dx, dw };
}
