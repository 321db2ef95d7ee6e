/**
 * Mean and biased variance of every channel of x [rows, channels] in one pass. A block's values are shifted by the mean
 * of the blocks before it (the first block by its own mean), then blocks are combined in double precision as Chan,
 * Golub and LeVeque (1983) do. The squares that are summed stay of the size of the variance, also where mean² ≫ variance.
 */
import { madd } from './madd';
import { blockRows } from './row-blocks';
import { loadLanes } from './lanes';

/** @param scratch 2·channels float64: running mean, running sum of squared deviations */
export function channelStatistics(
  x: usize, rows: i32, channels: i32, scratch: usize, mean: usize, variance: usize,
): void {
  const squares = scratch + (<usize>channels << 3), stride = <usize>channels << 2;
  memory.fill(scratch, 0, <usize>channels << 4);
  const size = blockRows(channels);
  for (let row = 0; row < rows; row += size) {
    const count = min(size, rows - row);
    const block = x + <usize>row * stride;
    for (let c = 0; c < channels; c += 4) {
      const column = block + (<usize>c << 2), left = channels - c, running = scratch + (<usize>c << 3);
      const shift = row == 0 ? blockMean<f32>(column, count, stride, left) : runningMean(running, left);
      const deviations = squares + (<usize>c << 3);
      if (left >= 4) addBlock<v128>(column, count, stride, 4, shift, row, running, deviations);
      else addBlock<f32>(column, count, stride, left, shift, row, running, deviations);
    }
  }
  for (let c = 0; c < channels; c++) {
    store<f32>(mean + (<usize>c << 2), <f32>load<f64>(scratch + (<usize>c << 3)));
    store<f32>(variance + (<usize>c << 2), <f32>(load<f64>(squares + (<usize>c << 3)) / rows));
  }
}

function blockMean<T>(column: usize, count: i32, stride: usize, left: i32): v128 {
  let sum = f32x4.splat(0);
  for (let i = 0; i < count; i++, column += stride) sum = f32x4.add(sum, loadLanes<T>(column, left));
  return f32x4.div(sum, f32x4.splat(<f32>count));
}

function runningMean(running: usize, left: i32): v128 {
  let mean = f32x4.splat(<f32>load<f64>(running));
  if (left > 1) mean = f32x4.replace_lane(mean, 1, <f32>load<f64>(running, 8));
  if (left > 2) mean = f32x4.replace_lane(mean, 2, <f32>load<f64>(running, 16));
  if (left > 3) mean = f32x4.replace_lane(mean, 3, <f32>load<f64>(running, 24));
  return mean;
}

/** Sums of x − shift and of its square down the rows, in four chains each, merged into the running statistics. */
// @ts-ignore: decorator
@inline
function addBlock<T>(
  column: usize, count: i32, stride: usize, left: i32, shift: v128, seen: i32, mean: usize, squares: usize,
): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const d0 = f32x4.sub(loadLanes<T>(column, left), shift);
    const d1 = f32x4.sub(loadLanes<T>(column + stride, left), shift);
    const d2 = f32x4.sub(loadLanes<T>(column + 2 * stride, left), shift);
    const d3 = f32x4.sub(loadLanes<T>(column + 3 * stride, left), shift);
    a0 = f32x4.add(a0, d0);
    a1 = f32x4.add(a1, d1);
    a2 = f32x4.add(a2, d2);
    a3 = f32x4.add(a3, d3);
    b0 = madd(d0, d0, b0);
    b1 = madd(d1, d1, b1);
    b2 = madd(d2, d2, b2);
    b3 = madd(d3, d3, b3);
    column += 4 * stride;
  }
  for (; i < count; i++, column += stride) {
    const d = f32x4.sub(loadLanes<T>(column, left), shift);
    a0 = f32x4.add(a0, d);
    b0 = madd(d, d, b0);
  }
  const first = f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3));
  const second = f32x4.add(f32x4.add(b0, b1), f32x4.add(b2, b3));
  const share = <f64>count / (<f64>seen + <f64>count), inverse = 1 / <f64>count;
  merge(f32x4.extract_lane(shift, 0), f32x4.extract_lane(first, 0), f32x4.extract_lane(second, 0),
    inverse, share, seen, mean, squares);
  if (left > 1) {
    merge(f32x4.extract_lane(shift, 1), f32x4.extract_lane(first, 1), f32x4.extract_lane(second, 1),
      inverse, share, seen, mean + 8, squares + 8);
  }
  if (left > 2) {
    merge(f32x4.extract_lane(shift, 2), f32x4.extract_lane(first, 2), f32x4.extract_lane(second, 2),
      inverse, share, seen, mean + 16, squares + 16);
  }
  if (left > 3) {
    merge(f32x4.extract_lane(shift, 3), f32x4.extract_lane(first, 3), f32x4.extract_lane(second, 3),
      inverse, share, seen, mean + 24, squares + 24);
  }
}

/** @param inverse 1 / rows of the block; `share` the block's part of all rows so far */
function merge(
  shift: f64, first: f64, second: f64, inverse: f64, share: f64, seen: f64, mean: usize, squares: usize,
): void {
  const blockMean = shift + first * inverse;
  const blockSquares = max<f64>(0, second - first * first * inverse);
  const delta = blockMean - load<f64>(mean);
  store<f64>(mean, load<f64>(mean) + delta * share);
  store<f64>(squares, load<f64>(squares) + blockSquares + delta * delta * seen * share);
}
