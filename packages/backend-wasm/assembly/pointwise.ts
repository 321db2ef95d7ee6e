/**
 * y = clamp(a + b + bias), or that where a mask is open: the residual add, the bias, ReLU and its gradient, sums of
 * gradients and copies between frames. Operands of the plane: a, b, mask, y. `b`, `bias` and `mask` may be 0: absent.
 */
import { loadLanes, storeLanes } from './lanes';
import { planeChannels, planeColumns, planeImages, planeRows, rowOffset } from './plane';

/**
 * @param floor least value, −∞ for none; `cap` the greatest, +∞ for none
 * @param mask y is 0 where the mask's value is not between `low` and `high` (both excluded)
 */
export function pointwise(
  a: usize, b: usize, bias: usize, mask: usize, y: usize, floor: f32, cap: f32, low: f32, high: f32, plane: usize,
): void {
  const rows = planeRows(plane), images = planeImages(plane);
  const columns = planeColumns(plane), channels = planeChannels(plane);
  const least = f32x4.splat(floor), most = f32x4.splat(cap);
  const below = f32x4.splat(low), above = f32x4.splat(high);
  for (let n = 0; n < images; n++) {
    for (let r = 0; r < rows; r++) {
      const pa = a + rowOffset(plane, 0, n, r), pb = b + rowOffset(plane, 1, n, r);
      const pm = mask + rowOffset(plane, 2, n, r), py = y + rowOffset(plane, 3, n, r);
      if (bias != 0) biasRow(pa, b == 0 ? 0 : pb, bias, py, columns, channels, least, most);
      else if (mask != 0) maskRow(pa, b == 0 ? 0 : pb, pm, py, columns * channels, below, above);
      else if (b != 0) sumRow(pa, pb, py, columns * channels, least, most);
      else clampRow(pa, py, columns * channels, least, most);
    }
  }
}

// @ts-ignore: decorator
@inline
function clamp(value: v128, least: v128, most: v128): v128 {
  return f32x4.pmin(f32x4.pmax(value, least), most);
}

// @ts-ignore: decorator
@inline
function open(value: v128, mask: v128, below: v128, above: v128): v128 {
  return v128.and(value, v128.and(f32x4.gt(mask, below), f32x4.lt(mask, above)));
}

function clampRow(a: usize, y: usize, size: i32, least: v128, most: v128): void {
  const whole = <usize>(size & ~3) << 2;
  for (let o: usize = 0; o < whole; o += 16) v128.store(y + o, clamp(v128.load(a + o), least, most));
  const left = size & 3;
  storeLanes<f32>(y + whole, clamp(loadLanes<f32>(a + whole, left), least, most), left);
}

function sumRow(a: usize, b: usize, y: usize, size: i32, least: v128, most: v128): void {
  const whole = <usize>(size & ~3) << 2;
  for (let o: usize = 0; o < whole; o += 16) {
    v128.store(y + o, clamp(f32x4.add(v128.load(a + o), v128.load(b + o)), least, most));
  }
  const left = size & 3, sum = f32x4.add(loadLanes<f32>(a + whole, left), loadLanes<f32>(b + whole, left));
  storeLanes<f32>(y + whole, clamp(sum, least, most), left);
}

function maskRow(a: usize, b: usize, mask: usize, y: usize, size: i32, below: v128, above: v128): void {
  const whole = <usize>(size & ~3) << 2, left = size & 3;
  if (b != 0) {
    for (let o: usize = 0; o < whole; o += 16) {
      const sum = f32x4.add(v128.load(a + o), v128.load(b + o));
      v128.store(y + o, open(sum, v128.load(mask + o), below, above));
    }
    const sum = f32x4.add(loadLanes<f32>(a + whole, left), loadLanes<f32>(b + whole, left));
    storeLanes<f32>(y + whole, open(sum, loadLanes<f32>(mask + whole, left), below, above), left);
    return;
  }
  for (let o: usize = 0; o < whole; o += 16) {
    v128.store(y + o, open(v128.load(a + o), v128.load(mask + o), below, above));
  }
  const rest = open(loadLanes<f32>(a + whole, left), loadLanes<f32>(mask + whole, left), below, above);
  storeLanes<f32>(y + whole, rest, left);
}

function biasRow(
  a: usize, b: usize, bias: usize, y: usize, columns: i32, channels: i32, least: v128, most: v128,
): void {
  const stride = <usize>channels << 2;
  for (let c = 0; c < channels; c += 4) {
    const o = <usize>c << 2, left = channels - c, from = b == 0 ? 0 : b + o;
    if (left >= 4) biasColumn<v128>(a + o, from, bias + o, y + o, columns, stride, 4, least, most);
    else biasColumn<f32>(a + o, from, bias + o, y + o, columns, stride, left, least, most);
  }
}

// @ts-ignore: decorator
@inline
function biasColumn<T>(
  a: usize, b: usize, bias: usize, y: usize, columns: i32, stride: usize, left: i32, least: v128, most: v128,
): void {
  const shift = loadLanes<T>(bias, left);
  if (b == 0) {
    for (let i = 0; i < columns; i++) {
      storeLanes<T>(y, clamp(f32x4.add(loadLanes<T>(a, left), shift), least, most), left);
      a += stride;
      y += stride;
    }
    return;
  }
  for (let i = 0; i < columns; i++) {
    const sum = f32x4.add(f32x4.add(loadLanes<T>(a, left), shift), loadLanes<T>(b, left));
    storeLanes<T>(y, clamp(sum, least, most), left);
    a += stride;
    b += stride;
    y += stride;
  }
}

/** Clears the pixels of frames around their inner part. @param plane as for a kernel whose only operand is the frame */
export function clearBorder(
  frame: usize, images: i32, frameRows: i32, frameColumns: i32, top: i32, left: i32, rows: i32, columns: i32,
  channels: i32,
): void {
  const pixel = <usize>channels << 2, row = <usize>frameColumns * pixel;
  for (let n = 0; n < images; n++) {
    memory.fill(frame, 0, <usize>top * row);
    let at = frame + <usize>top * row;
    for (let y = 0; y < rows; y++) {
      memory.fill(at, 0, <usize>left * pixel);
      memory.fill(at + <usize>(left + columns) * pixel, 0, <usize>(frameColumns - left - columns) * pixel);
      at += row;
    }
    memory.fill(at, 0, <usize>(frameRows - top - rows) * row);
    frame += <usize>frameRows * row;
  }
}
