/** Mean and biased variance of every channel of x [rows, channels] in one pass. */
import { blockRows } from './row-blocks';
import { addRows } from './running-statistics';

/** @param scratch running statistics: 2·channels float64 */
export function channelStatistics(
  x: usize, rows: i32, channels: i32, scratch: usize, mean: usize, variance: usize,
): void {
  const squares = scratch + (<usize>channels << 3), stride = <usize>channels << 2;
  memory.fill(scratch, 0, <usize>channels << 4);
  const size = blockRows(channels);
  for (let row = 0; row < rows; row += size) {
    addRows(x + <usize>row * stride, min(size, rows - row), channels, row, scratch);
  }
  for (let c = 0; c < channels; c++) {
    store<f32>(mean + (<usize>c << 2), <f32>load<f64>(scratch + (<usize>c << 3)));
    store<f32>(variance + (<usize>c << 2), <f32>(load<f64>(squares + (<usize>c << 3)) / rows));
  }
}
