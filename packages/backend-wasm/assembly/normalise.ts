/**
 * Batch normalisation between frames, with the residual add and ReLU behind it: y = clamp((x − mean)·scale + beta + b).
 * `constants` are those of `normConstants`. Operands of the planes are named at each function.
 */
import { madd } from './madd';
import { loadLanes, storeLanes } from './lanes';
import { passingRows } from './row-blocks';
import { planeChannels, planeColumns, planeImages, planeRows, rowOffset } from './plane';

/** Operands: x, b, y. @param b the residual, or 0 */
export function normalise(
  x: usize, b: usize, y: usize, beta: usize, constants: usize, floor: f32, cap: f32, plane: usize,
): void {
  const channels = planeChannels(plane), columns = planeColumns(plane), rows = planeRows(plane);
  const images = planeImages(plane), size = passingRows(channels), stride = <usize>channels << 2;
  const least = f32x4.splat(floor), most = f32x4.splat(cap);
  for (let n = 0; n < images; n++) {
    for (let r = 0; r < rows; r++) {
      const px = x + rowOffset(plane, 0, n, r), py = y + rowOffset(plane, 2, n, r);
      const pb = b == 0 ? 0 : b + rowOffset(plane, 1, n, r);
      for (let at = 0; at < columns; at += size) {
        const o = <usize>at * stride;
        normaliseRows(px + o, b == 0 ? 0 : pb + o, py + o, beta, constants, min(size, columns - at), channels, least, most);
      }
    }
  }
}

function normaliseRows(
  x: usize, b: usize, y: usize, beta: usize, constants: usize, count: i32, channels: i32, least: v128, most: v128,
): void {
  const stride = <usize>channels << 2;
  for (let c = 0; c < channels; c += 4) {
    const o = <usize>c << 2, left = channels - c, from = b == 0 ? 0 : b + o;
    if (left >= 4) normaliseColumn<v128>(x + o, from, y + o, beta + o, constants + o, stride, count, 4, least, most);
    else normaliseColumn<f32>(x + o, from, y + o, beta + o, constants + o, stride, count, left, least, most);
  }
}

// @ts-ignore: decorator
@inline
function normaliseColumn<T>(
  x: usize, b: usize, y: usize, beta: usize, constants: usize, stride: usize, count: i32, left: i32,
  least: v128, most: v128,
): void {
  const mean = loadLanes<T>(constants, left), scale = loadLanes<T>(constants + stride, left);
  const shift = loadLanes<T>(beta, left);
  if (b == 0) {
    for (let i = 0; i < count; i++) {
      const value = madd(f32x4.sub(loadLanes<T>(x, left), mean), scale, shift);
      storeLanes<T>(y, f32x4.pmin(f32x4.pmax(value, least), most), left);
      x += stride;
      y += stride;
    }
    return;
  }
  for (let i = 0; i < count; i++) {
    const value = f32x4.add(madd(f32x4.sub(loadLanes<T>(x, left), mean), scale, shift), loadLanes<T>(b, left));
    storeLanes<T>(y, f32x4.pmin(f32x4.pmax(value, least), most), left);
    x += stride;
    b += stride;
    y += stride;
  }
}

/** g where low < (x − mean)·scale + beta < high. */
// @ts-ignore: decorator
@inline
function masked(g: v128, centred: v128, scale: v128, beta: v128, low: v128, high: v128): v128 {
  const y = madd(centred, scale, beta);
  return v128.and(g, v128.and(f32x4.gt(y, low), f32x4.lt(y, high)));
}

/**
 * Adds Σ g and Σ g·(x − mean) of the plane to a shard's sums (float64 pairs per channel). Operands: g, x. Gradients where
 * the recomputed y is not between `low` and `high` count nothing: the ReLU behind the normalisation.
 */
export function normGradSums(
  g: usize, x: usize, beta: usize, constants: usize, sums: usize, low: f32, high: f32, plane: usize,
): void {
  const channels = planeChannels(plane), columns = planeColumns(plane), rows = planeRows(plane);
  const images = planeImages(plane), size = passingRows(channels), stride = <usize>channels << 2;
  const below = f32x4.splat(low), above = f32x4.splat(high);
  for (let n = 0; n < images; n++) {
    for (let r = 0; r < rows; r++) {
      const pg = g + rowOffset(plane, 0, n, r), px = x + rowOffset(plane, 1, n, r);
      for (let at = 0; at < columns; at += size) {
        const o = <usize>at * stride;
        sumRows(pg + o, px + o, beta, constants, sums, min(size, columns - at), channels, below, above);
      }
    }
  }
}

function sumRows(
  g: usize, x: usize, beta: usize, constants: usize, sums: usize, count: i32, channels: i32, low: v128, high: v128,
): void {
  const stride = <usize>channels << 2;
  for (let c = 0; c < channels; c += 4) {
    const o = <usize>c << 2, left = channels - c, out = sums + (<usize>c << 4);
    if (left >= 4) sumColumn<v128>(g + o, x + o, beta + o, constants + o, out, stride, count, 4, low, high);
    else sumColumn<f32>(g + o, x + o, beta + o, constants + o, out, stride, count, left, low, high);
  }
}

// @ts-ignore: decorator
@inline
function sumColumn<T>(
  g: usize, x: usize, beta: usize, constants: usize, sums: usize, stride: usize, count: i32, left: i32,
  low: v128, high: v128,
): void {
  const mean = loadLanes<T>(constants, left), scale = loadLanes<T>(constants + stride, left);
  const shift = loadLanes<T>(beta, left);
  let p0 = f32x4.splat(0), p1 = p0, w0 = p0, w1 = p0;
  let i = 0;
  for (; i + 2 <= count; i += 2) {
    const c0 = f32x4.sub(loadLanes<T>(x, left), mean), c1 = f32x4.sub(loadLanes<T>(x + stride, left), mean);
    const g0 = masked(loadLanes<T>(g, left), c0, scale, shift, low, high);
    const g1 = masked(loadLanes<T>(g + stride, left), c1, scale, shift, low, high);
    p0 = f32x4.add(p0, g0);
    p1 = f32x4.add(p1, g1);
    w0 = madd(g0, c0, w0);
    w1 = madd(g1, c1, w1);
    x += 2 * stride;
    g += 2 * stride;
  }
  if (i < count) {
    const centred = f32x4.sub(loadLanes<T>(x, left), mean);
    const value = masked(loadLanes<T>(g, left), centred, scale, shift, low, high);
    p0 = f32x4.add(p0, value);
    w0 = madd(value, centred, w0);
  }
  const plain = f32x4.add(p0, p1), weighted = f32x4.add(w0, w1);
  addPair(sums, f32x4.extract_lane(plain, 0), f32x4.extract_lane(weighted, 0));
  if (left > 1) addPair(sums + 16, f32x4.extract_lane(plain, 1), f32x4.extract_lane(weighted, 1));
  if (left > 2) addPair(sums + 32, f32x4.extract_lane(plain, 2), f32x4.extract_lane(weighted, 2));
  if (left > 3) addPair(sums + 48, f32x4.extract_lane(plain, 3), f32x4.extract_lane(weighted, 3));
}

// @ts-ignore: decorator
@inline
function addPair(sums: usize, plain: f64, weighted: f64): void {
  store<f64>(sums, load<f64>(sums) + plain);
  store<f64>(sums, load<f64>(sums, 8) + weighted, 8);
}

/**
 * From the shards' sums to float32 [scale·Σg/rows × C][−scale·Σg(x − mean)/(variance + ε)/rows × C].
 */
export function normGradFactors(
  shards: usize, count: i32, rows: i32, channels: i32, constants: usize, factors: usize,
): void {
  const bytes = <usize>channels << 4, quarter = <usize>channels << 2;
  for (let c = 0; c < channels; c++) {
    const o = <usize>c << 2;
    const scale = <f64>load<f32>(constants + quarter + o) / rows;
    store<f32>(factors + o, <f32>(scale * total(shards + (<usize>c << 4), count, bytes)));
    const weighted = total(shards + (<usize>c << 4) + 8, count, bytes);
    store<f32>(factors + quarter + o, <f32>(-scale * weighted * <f64>load<f32>(constants + 2 * quarter + o)));
  }
}

// @ts-ignore: decorator
@inline
function total(at: usize, count: i32, stride: usize): f64 {
  let sum: f64 = 0;
  for (let s = 0; s < count; s++, at += stride) sum += load<f64>(at);
  return sum;
}

/** dbeta = Σ g; dgamma = Σ g·(x − mean)/√(variance + ε), of all shards. */
export function normParameterGrad(
  shards: usize, count: i32, channels: i32, constants: usize, dgamma: usize, dbeta: usize,
): void {
  const bytes = <usize>channels << 4, quarter = <usize>channels << 2;
  for (let c = 0; c < channels; c++) {
    const o = <usize>c << 2, inverse = <f64>load<f32>(constants + 2 * quarter + o);
    store<f32>(dbeta + o, <f32>total(shards + (<usize>c << 4), count, bytes));
    store<f32>(dgamma + o, <f32>(total(shards + (<usize>c << 4) + 8, count, bytes) * Math.sqrt(inverse)));
  }
}

/** dx = scale·g − factor + slope·(x − mean), g masked as in `normGradSums`. Operands: g, x, dx. */
export function normGradApply(
  g: usize, x: usize, dx: usize, beta: usize, constants: usize, factors: usize, low: f32, high: f32, plane: usize,
): void {
  const channels = planeChannels(plane), columns = planeColumns(plane), rows = planeRows(plane);
  const images = planeImages(plane), size = passingRows(channels), stride = <usize>channels << 2;
  const below = f32x4.splat(low), above = f32x4.splat(high);
  for (let n = 0; n < images; n++) {
    for (let r = 0; r < rows; r++) {
      const pg = g + rowOffset(plane, 0, n, r), px = x + rowOffset(plane, 1, n, r);
      const out = dx + rowOffset(plane, 2, n, r);
      for (let at = 0; at < columns; at += size) {
        const o = <usize>at * stride, count = min(size, columns - at);
        applyRows(pg + o, px + o, out + o, beta, constants, factors, count, channels, below, above);
      }
    }
  }
}

function applyRows(
  g: usize, x: usize, dx: usize, beta: usize, constants: usize, factors: usize, count: i32, channels: i32,
  low: v128, high: v128,
): void {
  const stride = <usize>channels << 2;
  for (let c = 0; c < channels; c += 4) {
    const o = <usize>c << 2, left = channels - c;
    if (left >= 4) applyColumn<v128>(g + o, x + o, dx + o, beta + o, constants + o, factors + o, stride, count, 4, low, high);
    else applyColumn<f32>(g + o, x + o, dx + o, beta + o, constants + o, factors + o, stride, count, left, low, high);
  }
}

// @ts-ignore: decorator
@inline
function applyColumn<T>(
  g: usize, x: usize, dx: usize, beta: usize, constants: usize, factors: usize, stride: usize, count: i32, left: i32,
  low: v128, high: v128,
): void {
  const mean = loadLanes<T>(constants, left), scale = loadLanes<T>(constants + stride, left);
  const shift = loadLanes<T>(beta, left);
  const factor = loadLanes<T>(factors, left), slope = loadLanes<T>(factors + stride, left);
  for (let i = 0; i < count; i++) {
    const centred = f32x4.sub(loadLanes<T>(x, left), mean);
    const value = masked(loadLanes<T>(g, left), centred, scale, shift, low, high);
    storeLanes<T>(dx, madd(centred, slope, f32x4.sub(f32x4.mul(value, scale), factor)), left);
    x += stride;
    g += stride;
    dx += stride;
  }
}
