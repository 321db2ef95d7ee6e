/**
 * Batch normalisation in training mode, with ReLU fused when asked: y = max(0, (x − mean)·scale + beta) with
 * scale = gamma / sqrt(variance + epsilon). The gradient recomputes y's sign by the same formula.
 */
import { madd } from './madd';
import { blockRows } from './row-blocks';
import { loadLanes, storeLanes } from './lanes';

function writeScale(scale: usize, gamma: usize, variance: usize, channels: i32, epsilon: f32): void {
  for (let offset: usize = 0; offset < (<usize>channels << 2); offset += 4) {
    const deviation = Math.sqrt(<f64>load<f32>(variance + offset) + <f64>epsilon);
    store<f32>(scale + offset, <f32>(<f64>load<f32>(gamma + offset) / deviation));
  }
}

/** @param scale scratch, channels float32 */
export function batchNormApply(
  x: usize, y: usize, gamma: usize, beta: usize, mean: usize, variance: usize, scale: usize,
  rows: i32, channels: i32, epsilon: f32, relu: bool,
): void {
  writeScale(scale, gamma, variance, channels, epsilon);
  const floor = f32x4.splat(relu ? 0 : -Infinity);
  const size = blockRows(channels), stride = <usize>channels << 2;
  for (let row = 0; row < rows; row += size) {
    const start = <usize>row * stride, count = min(size, rows - row);
    for (let c = 0; c < channels; c += 4) {
      const o = <usize>c << 2, left = channels - c;
      const m = loadLanes<f32>(mean + o, left), a = loadLanes<f32>(scale + o, left), b = loadLanes<f32>(beta + o, left);
      if (left >= 4) applyColumn<v128>(x + start + o, y + start + o, m, a, b, floor, count, stride, 4);
      else applyColumn<f32>(x + start + o, y + start + o, m, a, b, floor, count, stride, left);
    }
  }
}

// @ts-ignore: decorator
@inline
function applyColumn<T>(
  x: usize, y: usize, mean: v128, scale: v128, beta: v128, floor: v128, count: i32, stride: usize, left: i32,
): void {
  for (let i = 0; i < count; i++) {
    const value = madd(f32x4.sub(loadLanes<T>(x, left), mean), scale, beta);
    storeLanes<T>(y, f32x4.pmax(value, floor), left);
    x += stride;
    y += stride;
  }
}

/** dy where y > 0, or where `every` has its bits set (no ReLU). */
// @ts-ignore: decorator
@inline
function masked(dy: v128, centred: v128, scale: v128, beta: v128, every: v128): v128 {
  return v128.and(dy, v128.or(every, f32x4.gt(madd(centred, scale, beta), f32x4.splat(0))));
}

/**
 * dbeta = Σ g and dgamma = Σ g·(x − mean)/deviation, g being dy behind the ReLU.
 * @param scratch channels float32 (scale), then from `sums` on 2·channels float64
 */
export function batchNormGradSums(
  dy: usize, x: usize, gamma: usize, beta: usize, mean: usize, variance: usize, scale: usize, sums: usize,
  dgamma: usize, dbeta: usize, rows: i32, channels: i32, epsilon: f32, relu: bool,
): void {
  writeScale(scale, gamma, variance, channels, epsilon);
  memory.fill(sums, 0, <usize>channels << 4);
  const every = i32x4.splat(relu ? 0 : -1);
  const size = blockRows(channels), stride = <usize>channels << 2;
  for (let row = 0; row < rows; row += size) {
    const start = <usize>row * stride, count = min(size, rows - row);
    for (let c = 0; c < channels; c += 4) {
      const o = <usize>c << 2;
      const g = dy + start + o, v = x + start + o, out = sums + (<usize>c << 4), left = channels - c;
      if (left >= 4) blockSums<v128>(g, v, beta + o, mean + o, scale + o, out, count, stride, 4, every);
      else blockSums<f32>(g, v, beta + o, mean + o, scale + o, out, count, stride, left, every);
    }
  }
  for (let c = 0; c < channels; c++) {
    const o = <usize>c << 2, sum = sums + (<usize>c << 4);
    const deviation = Math.sqrt(<f64>load<f32>(variance + o) + <f64>epsilon);
    store<f32>(dbeta + o, <f32>load<f64>(sum));
    store<f32>(dgamma + o, <f32>(load<f64>(sum, 8) / deviation));
  }
}

// @ts-ignore: decorator
@inline
function blockSums<T>(
  dy: usize, x: usize, beta: usize, mean: usize, scale: usize, sums: usize,
  count: i32, stride: usize, left: i32, every: v128,
): void {
  const m = loadLanes<T>(mean, left), a = loadLanes<T>(scale, left), b = loadLanes<T>(beta, left);
  let p0 = f32x4.splat(0), p1 = p0, w0 = p0, w1 = p0;
  let i = 0;
  for (; i + 2 <= count; i += 2) {
    const c0 = f32x4.sub(loadLanes<T>(x, left), m), c1 = f32x4.sub(loadLanes<T>(x + stride, left), m);
    const g0 = masked(loadLanes<T>(dy, left), c0, a, b, every), g1 = masked(loadLanes<T>(dy + stride, left), c1, a, b, every);
    p0 = f32x4.add(p0, g0);
    p1 = f32x4.add(p1, g1);
    w0 = madd(g0, c0, w0);
    w1 = madd(g1, c1, w1);
    x += 2 * stride;
    dy += 2 * stride;
  }
  if (i < count) {
    const centred = f32x4.sub(loadLanes<T>(x, left), m);
    const g = masked(loadLanes<T>(dy, left), centred, a, b, every);
    p0 = f32x4.add(p0, g);
    w0 = madd(g, centred, w0);
  }
  const plain = f32x4.add(p0, p1), weighted = f32x4.add(w0, w1);
  addPair(sums, f32x4.extract_lane(plain, 0), f32x4.extract_lane(weighted, 0));
  if (left > 1) addPair(sums + 16, f32x4.extract_lane(plain, 1), f32x4.extract_lane(weighted, 1));
  if (left > 2) addPair(sums + 32, f32x4.extract_lane(plain, 2), f32x4.extract_lane(weighted, 2));
  if (left > 3) addPair(sums + 48, f32x4.extract_lane(plain, 3), f32x4.extract_lane(weighted, 3));
}

function addPair(sums: usize, plain: f64, weighted: f64): void {
  store<f64>(sums, load<f64>(sums) + plain);
  store<f64>(sums, load<f64>(sums, 8) + weighted, 8);
}

/**
 * dx = scale·(g − dbeta/rows − x̂·dgamma/rows).
 * @param scale as `batchNormGradSums` left it
 * @param factors scratch, 2·channels float32
 */
export function batchNormGradApply(
  dy: usize, x: usize, dx: usize, beta: usize, mean: usize, variance: usize, scale: usize, factors: usize,
  dgamma: usize, dbeta: usize, rows: i32, channels: i32, epsilon: f32, relu: bool,
): void {
  const slopes = factors + (<usize>channels << 2);
  for (let o: usize = 0; o < (<usize>channels << 2); o += 4) {
    const a = <f64>load<f32>(scale + o), deviation = Math.sqrt(<f64>load<f32>(variance + o) + <f64>epsilon);
    store<f32>(factors + o, <f32>(a * load<f32>(dbeta + o) / rows));
    store<f32>(slopes + o, <f32>(-a * load<f32>(dgamma + o) / rows / deviation));
  }
  const every = i32x4.splat(relu ? 0 : -1);
  const size = blockRows(channels), stride = <usize>channels << 2;
  for (let row = 0; row < rows; row += size) {
    const start = <usize>row * stride, count = min(size, rows - row);
    for (let c = 0; c < channels; c += 4) {
      const o = <usize>c << 2, left = channels - c;
      const g = dy + start + o, v = x + start + o, out = dx + start + o;
      if (left >= 4) gradColumn<v128>(g, v, out, mean + o, scale + o, beta + o, factors + o, slopes + o, count, stride, 4, every);
      else gradColumn<f32>(g, v, out, mean + o, scale + o, beta + o, factors + o, slopes + o, count, stride, left, every);
    }
  }
}

// @ts-ignore: decorator
@inline
function gradColumn<T>(
  dy: usize, x: usize, dx: usize, mean: usize, scale: usize, beta: usize, factor: usize, slope: usize,
  count: i32, stride: usize, left: i32, every: v128,
): void {
  const m = loadLanes<T>(mean, left), a = loadLanes<T>(scale, left), b = loadLanes<T>(beta, left);
  const f = loadLanes<T>(factor, left), s = loadLanes<T>(slope, left);
  for (let i = 0; i < count; i++) {
    const centred = f32x4.sub(loadLanes<T>(x, left), m);
    const g = masked(loadLanes<T>(dy, left), centred, a, b, every);
    storeLanes<T>(dx, madd(centred, s, f32x4.sub(f32x4.mul(g, a), f)), left);
    x += stride;
    dy += stride;
    dx += stride;
  }
}
