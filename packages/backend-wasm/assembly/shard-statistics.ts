/**
 * Batch statistics of a batch that is cut into shards. Every shard has its running statistics; they are merged in
 * the order of the shards, so that the result does not depend on who computed a shard.
 */
import { blockRows } from './row-blocks';
import { addRows } from './running-statistics';
import { planeChannels, planeColumns, planeImages, planeRows, rowOffset } from './plane';

/**
 * Adds the pixels of x to a shard's statistics.
 * @param seen pixels that are in them already; with 0 they are set, not read
 */
export function shardStatistics(x: usize, statistics: usize, seen: i32, plane: usize): void {
  const channels = planeChannels(plane), columns = planeColumns(plane), rows = planeRows(plane);
  const images = planeImages(plane), size = blockRows(channels), stride = <usize>channels << 2;
  if (seen == 0) memory.fill(statistics, 0, <usize>channels << 4);
  for (let n = 0; n < images; n++) {
    for (let r = 0; r < rows; r++) {
      const start = x + rowOffset(plane, 0, n, r);
      for (let at = 0; at < columns; at += size) {
        const count = min(size, columns - at);
        addRows(start + <usize>at * stride, count, channels, seen, statistics);
        seen += count;
      }
    }
  }
}

/**
 * Merges the shards into `merged` (float64, laid out as a shard's).
 * @param full pixels of every shard but the last, which has `last`
 */
export function mergeShards(shards: usize, count: i32, full: i32, last: i32, channels: i32, merged: usize): void {
  const bytes = <usize>channels << 4, half = <usize>channels << 3;
  memory.copy(merged, shards, bytes);
  let seen: f64 = count == 1 ? last : full;
  for (let s = 1; s < count; s++) {
    const rows: f64 = s == count - 1 ? last : full, shard = shards + <usize>s * bytes;
    const share = rows / (seen + rows), weight = seen * share;
    for (let o: usize = 0; o < half; o += 8) {
      const delta = load<f64>(shard + o) - load<f64>(merged + o);
      store<f64>(merged + o, load<f64>(merged + o) + delta * share);
      store<f64>(merged + half + o,
        load<f64>(merged + half + o) + load<f64>(shard + half + o) + delta * delta * weight);
    }
    seen += rows;
  }
}

/**
 * What normalising needs: float32 [mean × C][scale × C][1/(variance + ε) × C], scale = gamma/√(variance + ε).
 * @param merged scratch for the merged statistics, 2·channels float64
 */
export function normConstants(
  shards: usize, count: i32, full: i32, last: i32, channels: i32, gamma: usize, epsilon: f64, merged: usize,
  constants: usize,
): void {
  mergeShards(shards, count, full, last, channels, merged);
  const rows = <f64>full * (count - 1) + <f64>last, half = <usize>channels << 3, quarter = <usize>channels << 2;
  for (let c = 0; c < channels; c++) {
    const o = <usize>c << 2, d = <usize>c << 3;
    const inverse = 1 / (load<f64>(merged + half + d) / rows + epsilon);
    store<f32>(constants + o, <f32>load<f64>(merged + d));
    store<f32>(constants + quarter + o, <f32>(<f64>load<f32>(gamma + o) * Math.sqrt(inverse)));
    store<f32>(constants + 2 * quarter + o, <f32>inverse);
  }
}

/** The same constants from running statistics. */
export function normConstantsInfer(
  mean: usize, variance: usize, channels: i32, gamma: usize, epsilon: f64, constants: usize,
): void {
  const quarter = <usize>channels << 2;
  for (let o: usize = 0; o < quarter; o += 4) {
    const inverse = 1 / (<f64>load<f32>(variance + o) + epsilon);
    store<f32>(constants + o, load<f32>(mean + o));
    store<f32>(constants + quarter + o, <f32>(<f64>load<f32>(gamma + o) * Math.sqrt(inverse)));
    store<f32>(constants + 2 * quarter + o, <f32>inverse);
  }
}

/**
 * Moves running statistics towards those that `normConstants` left in `merged`, and counts the batch. The variance is
 * the unbiased one; that of a single value is the biased one.
 */
export function moveStatistics(
  merged: usize, rows: i32, channels: i32, mean: usize, variance: usize, batches: usize, momentum: f32,
): void {
  const half = <usize>channels << 3, divisor = <f64>(rows > 1 ? rows - 1 : 1);
  for (let c = 0; c < channels; c++) {
    const o = <usize>c << 2, d = <usize>c << 3;
    move(mean + o, <f32>load<f64>(merged + d), momentum);
    move(variance + o, <f32>(load<f64>(merged + half + d) / divisor), momentum);
  }
  store<i32>(batches, load<i32>(batches) + 1);
}

// @ts-ignore: decorator
@inline
function move(at: usize, target: f32, momentum: f32): void {
  const old = load<f32>(at);
  store<f32>(at, old + (target - old) * momentum);
}
