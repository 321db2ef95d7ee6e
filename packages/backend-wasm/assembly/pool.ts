/**
 * Pooling over NHWC images, forward and gradient, four channels at a time. Averages divide by the pixels that lie inside
 * the image, and so does their gradient (TensorFlow.js's own divides by the whole window: wrong next to padding). The
 * first maximum of a window gets its gradient. Images may lie in larger frames: the distances are the caller's.
 *
 * `geometry` is int32 [inRows, inColumns, outRows, outColumns, windowRows, windowColumns, strideRows, strideColumns,
 * dilationRows, dilationColumns, top, left, inImageBytes, inRowBytes, outImageBytes, outRowBytes].
 */
import { loadLanes, storeLanes } from './lanes';

/** One past the last window position inside the image. */
// @ts-ignore: decorator
@inline
function lastTap(start: i32, window: i32, dilation: i32, size: i32): i32 {
  return start >= size ? 0 : min(window, (size - 1 - start) / dilation + 1);
}

/** First window position inside the image, for a window that begins at `start`. */
// @ts-ignore: decorator
@inline
function firstTap(start: i32, dilation: i32): i32 {
  return start < 0 ? (-start + dilation - 1) / dilation : 0;
}

/** Maximum or average of every window. */
export function poolForward(
  source: usize, target: usize, images: i32, channels: i32, geometry: usize, maximum: bool,
): void {
  eachWindow(source, 0, target, images, channels, geometry, maximum ? 0 : 1);
}

/** dx from dy; `input` is the pooled images (read for maxima only), laid out as dx. Writes all of dx's pixels. */
export function poolBackward(
  dy: usize, input: usize, dx: usize, images: i32, channels: i32, geometry: usize, maximum: bool,
): void {
  const rows = load<i32>(geometry), imageBytes = load<i32>(geometry, 48), rowBytes = load<i32>(geometry, 52);
  const run = <usize>(load<i32>(geometry, 4) * channels) << 2;
  for (let n = 0; n < images; n++) {
    for (let y = 0; y < rows; y++) memory.fill(dx + n * imageBytes + y * rowBytes, 0, run);
  }
  eachWindow(maximum ? input : dx, dx, dy, images, channels, geometry, maximum ? 2 : 3);
}

/** @param way 0 maximum, 1 average, 2 gradient of the maximum, 3 of the average */
function eachWindow(
  inside: usize, dx: usize, outside: usize, images: i32, channels: i32, geometry: usize, way: i32,
): void {
  const outRows = load<i32>(geometry, 8), outColumns = load<i32>(geometry, 12);
  const inImage = load<i32>(geometry, 48), inRow = load<i32>(geometry, 52);
  const outImage = load<i32>(geometry, 56), outRow = load<i32>(geometry, 60);
  const rowStep = load<i32>(geometry, 32), columnStep = load<i32>(geometry, 36), pixel = <usize>channels << 2;
  for (let oy = 0; oy < outRows; oy++) {
    const top = oy * load<i32>(geometry, 24) - load<i32>(geometry, 40), y0 = firstTap(top, rowStep);
    const rows = max(0, lastTap(top, load<i32>(geometry, 16), rowStep, load<i32>(geometry)) - y0);
    for (let ox = 0; ox < outColumns; ox++) {
      const left = ox * load<i32>(geometry, 28) - load<i32>(geometry, 44), x0 = firstTap(left, columnStep);
      const columns = max(0, lastTap(left, load<i32>(geometry, 20), columnStep, load<i32>(geometry, 4)) - x0);
      const first = (top + y0 * rowStep) * inRow + (left + x0 * columnStep) * <i32>pixel;
      const down = rowStep * inRow, right = columnStep * <i32>pixel, out = outside + oy * outRow + ox * pixel;
      for (let n = 0; n < images; n++) {
        const from = inside + n * inImage + first, to = dx + n * inImage + first, at = out + n * outImage;
        for (let c = 0; c < channels; c += 4) {
          const o = <usize>c << 2, count = channels - c;
          if (count >= 4) window<v128>(from + o, to + o, at + o, rows, columns, down, right, way, 4);
          else window<f32>(from + o, to + o, at + o, rows, columns, down, right, way, count);
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function window<T>(
  from: usize, to: usize, at: usize, rows: i32, columns: i32, down: i32, right: i32, way: i32, left: i32,
): void {
  if (way == 0) storeLanes<T>(at, largest<T>(from, rows, columns, down, right, left), left);
  else if (way == 1) storeLanes<T>(at, average<T>(from, rows, columns, down, right, left), left);
  else if (way == 2) scatterMaximum<T>(from, to, at, rows, columns, down, right, left);
  else scatterAverage<T>(to, at, rows, columns, down, right, left);
}

/** A NaN wins, as it does in TensorFlow.js. */
// @ts-ignore: decorator
@inline
function largest<T>(from: usize, rows: i32, columns: i32, down: i32, right: i32, left: i32): v128 {
  let best = f32x4.splat(-Infinity);
  for (let y = 0; y < rows; y++, from += down) {
    let x = from;
    for (let i = 0; i < columns; i++, x += right) best = f32x4.max(best, loadLanes<T>(x, left));
  }
  return best;
}

// @ts-ignore: decorator
@inline
function average<T>(from: usize, rows: i32, columns: i32, down: i32, right: i32, left: i32): v128 {
  let sum = f32x4.splat(0);
  for (let y = 0; y < rows; y++, from += down) {
    let x = from;
    for (let i = 0; i < columns; i++, x += right) sum = f32x4.add(sum, loadLanes<T>(x, left));
  }
  return f32x4.div(sum, f32x4.splat(<f32>max(1, rows * columns)));
}

// @ts-ignore: decorator
@inline
function scatterMaximum<T>(
  from: usize, to: usize, at: usize, rows: i32, columns: i32, down: i32, right: i32, left: i32,
): void {
  if (rows * columns == 0) return;
  const count = rows * columns;
  let best = loadLanes<T>(from, left), where = i32x4.splat(0);
  for (let i = 1; i < count; i++) {
    const value = loadLanes<T>(from + (i / columns) * down + (i % columns) * right, left);
    const better = v128.or(f32x4.gt(value, best), f32x4.ne(value, value));
    best = v128.bitselect(value, best, better);
    where = v128.bitselect(i32x4.splat(i), where, better);
  }
  const gradient = loadLanes<T>(at, left);
  for (let i = 0; i < count; i++) {
    const place = to + (i / columns) * down + (i % columns) * right;
    const share = v128.and(gradient, i32x4.eq(where, i32x4.splat(i)));
    storeLanes<T>(place, f32x4.add(loadLanes<T>(place, left), share), left);
  }
}

// @ts-ignore: decorator
@inline
function scatterAverage<T>(
  to: usize, at: usize, rows: i32, columns: i32, down: i32, right: i32, left: i32,
): void {
  const share = f32x4.div(loadLanes<T>(at, left), f32x4.splat(<f32>max(1, rows * columns)));
  for (let y = 0; y < rows; y++, to += down) {
    let x = to;
    for (let i = 0; i < columns; i++, x += right) {
      storeLanes<T>(x, f32x4.add(loadLanes<T>(x, left), share), left);
    }
  }
}
