/**
 * Gradients of 2-D pooling over NHWC images. Average pooling forward divides by the pixels that lie inside the image,
 * and so does this gradient (TensorFlow.js's own divides by the whole window: wrong next to padding).
 */

/**
 * @param input the pooled images for maximum pooling (the first maximum of a window gets dy), 0 for average pooling
 * @param geometry int32 [inRows, inColumns, outRows, outColumns, windowRows, windowColumns, strideRows, strideColumns,
 *   dilationRows, dilationColumns, top, left]
 */
export function poolGrad(dy: usize, input: usize, dx: usize, images: i32, channels: i32, geometry: usize): void {
  const inRows = load<i32>(geometry), inColumns = load<i32>(geometry, 4);
  const outRows = load<i32>(geometry, 8), outColumns = load<i32>(geometry, 12);
  const image = <usize>(inRows * inColumns * channels) << 2, pixel = <usize>channels << 2;
  memory.fill(dx, 0, <usize>images * image);
  for (let n = 0; n < images; n++) {
    for (let oy = 0; oy < outRows; oy++) {
      for (let ox = 0; ox < outColumns; ox++) {
        if (input != 0) scatterMaximum(dy, input, dx, channels, geometry, oy, ox);
        else scatterAverage(dy, dx, channels, geometry, oy, ox);
        dy += pixel;
      }
    }
    if (input != 0) input += image;
    dx += image;
  }
}

/** First window position inside the image, for a window that begins at `start`. */
// @ts-ignore: decorator
@inline
function firstTap(start: i32, dilation: i32): i32 {
  return start < 0 ? (-start + dilation - 1) / dilation : 0;
}

/** One past the last window position inside the image. */
// @ts-ignore: decorator
@inline
function lastTap(start: i32, window: i32, dilation: i32, size: i32): i32 {
  return start >= size ? 0 : min(window, (size - 1 - start) / dilation + 1);
}

function scatterMaximum(dy: usize, input: usize, dx: usize, channels: i32, geometry: usize, oy: i32, ox: i32): void {
  const inRows = load<i32>(geometry), inColumns = load<i32>(geometry, 4);
  const top = oy * load<i32>(geometry, 24) - load<i32>(geometry, 40), rowStep = load<i32>(geometry, 32);
  const left = ox * load<i32>(geometry, 28) - load<i32>(geometry, 44), columnStep = load<i32>(geometry, 36);
  const y0 = firstTap(top, rowStep), y1 = lastTap(top, load<i32>(geometry, 16), rowStep, inRows);
  const x0 = firstTap(left, columnStep), x1 = lastTap(left, load<i32>(geometry, 20), columnStep, inColumns);
  for (let c = 0; c < channels; c++) {
    let best: f32 = -Infinity, at: usize = 0, found = false;
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) {
        const o = <usize>(((top + y * rowStep) * inColumns + left + x * columnStep) * channels + c) << 2;
        const value = load<f32>(input + o);
        if (!found || value > best || value != value) {
          best = value;
          at = o;
          found = true;
        }
      }
    }
    if (found) store<f32>(dx + at, load<f32>(dx + at) + load<f32>(dy + (<usize>c << 2)));
  }
}

function scatterAverage(dy: usize, dx: usize, channels: i32, geometry: usize, oy: i32, ox: i32): void {
  const inRows = load<i32>(geometry), inColumns = load<i32>(geometry, 4);
  const top = oy * load<i32>(geometry, 24) - load<i32>(geometry, 40), rowStep = load<i32>(geometry, 32);
  const left = ox * load<i32>(geometry, 28) - load<i32>(geometry, 44), columnStep = load<i32>(geometry, 36);
  const y0 = firstTap(top, rowStep), y1 = lastTap(top, load<i32>(geometry, 16), rowStep, inRows);
  const x0 = firstTap(left, columnStep), x1 = lastTap(left, load<i32>(geometry, 20), columnStep, inColumns);
  const count = max(0, y1 - y0) * max(0, x1 - x0);
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const target = dx + (<usize>(((top + y * rowStep) * inColumns + left + x * columnStep) * channels) << 2);
      for (let o: usize = 0; o < (<usize>channels << 2); o += 4) {
        store<f32>(target + o, load<f32>(target + o) + load<f32>(dy + o) / <f32>count);
      }
    }
  }
}
