/**
 * Running means and sums of squared deviations per channel (float64, [mean × C][squares × C]). Rows are summed in single
 * precision, shifted by the mean so far, and combined with what is there in double precision, after Chan, Golub and
 * LeVeque (1983). The squares that are summed stay of the size of the variance, also where mean² ≫ variance.
 */
import { madd } from './madd';
import { loadLanes } from './lanes';

/**
 * Adds a block of rows (at most `blockRows`).
 * @param seen rows that are in the statistics already; with 0 they must be zero
 */
export function addRows(x: usize, count: i32, channels: i32, seen: i32, statistics: usize): void {
  const stride = <usize>channels << 2, squares = statistics + (<usize>channels << 3);
  for (let c = 0; c < channels; c += 4) {
    const column = x + (<usize>c << 2), left = channels - c, mean = statistics + (<usize>c << 3);
    const deviations = squares + (<usize>c << 3);
    if (left >= 4) addColumn<v128>(column, count, stride, 4, seen, mean, deviations);
    else addColumn<f32>(column, count, stride, left, seen, mean, deviations);
  }
}

/** The values are shifted by the mean so far (the first rows by their first value), so that squares stay small. */
// @ts-ignore: decorator
@inline
function addColumn<T>(
  column: usize, count: i32, stride: usize, left: i32, seen: i32, mean: usize, squares: usize,
): void {
  const shift = seen == 0 ? rowsMean<T>(column, count, stride, left) : runningMean(mean, left);
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
  const share = <f64>count / (<f64>seen + <f64>count), inverse = 1 / <f64>count, weight = <f64>seen * share;
  mergeRows(f32x4.extract_lane(shift, 0), f32x4.extract_lane(first, 0), f32x4.extract_lane(second, 0),
    inverse, share, weight, mean, squares);
  if (left > 1) {
    mergeRows(f32x4.extract_lane(shift, 1), f32x4.extract_lane(first, 1), f32x4.extract_lane(second, 1),
      inverse, share, weight, mean + 8, squares + 8);
  }
  if (left > 2) {
    mergeRows(f32x4.extract_lane(shift, 2), f32x4.extract_lane(first, 2), f32x4.extract_lane(second, 2),
      inverse, share, weight, mean + 16, squares + 16);
  }
  if (left > 3) {
    mergeRows(f32x4.extract_lane(shift, 3), f32x4.extract_lane(first, 3), f32x4.extract_lane(second, 3),
      inverse, share, weight, mean + 24, squares + 24);
  }
}

// @ts-ignore: decorator
@inline
function rowsMean<T>(column: usize, count: i32, stride: usize, left: i32): v128 {
  let sum = f32x4.splat(0);
  for (let i = 0; i < count; i++, column += stride) sum = f32x4.add(sum, loadLanes<T>(column, left));
  return f32x4.div(sum, f32x4.splat(<f32>count));
}

function runningMean(mean: usize, left: i32): v128 {
  let value = f32x4.splat(<f32>load<f64>(mean));
  if (left > 1) value = f32x4.replace_lane(value, 1, <f32>load<f64>(mean, 8));
  if (left > 2) value = f32x4.replace_lane(value, 2, <f32>load<f64>(mean, 16));
  if (left > 3) value = f32x4.replace_lane(value, 3, <f32>load<f64>(mean, 24));
  return value;
}

/** @param share the rows' part of all so far; `weight` = rows before · share */
function mergeRows(
  shift: f64, first: f64, second: f64, inverse: f64, share: f64, weight: f64, mean: usize, squares: usize,
): void {
  const delta = shift + first * inverse - load<f64>(mean);
  store<f64>(mean, load<f64>(mean) + delta * share);
  store<f64>(squares, load<f64>(squares) + max<f64>(0, second - first * first * inverse) + delta * delta * weight);
}
