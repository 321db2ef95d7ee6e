/** Means over all pixels of an image, their gradient, and sums per channel over all pixels of all images. */
import { loadLanes, storeLanes } from './lanes';
import { planeChannels, planeColumns, planeImages, planeRows, rowOffset } from './plane';

/** y [images, channels] = mean of x. Operands: x, y (its image stride). */
export function planeAverage(x: usize, y: usize, plane: usize): void {
  const channels = planeChannels(plane), images = planeImages(plane), rows = planeRows(plane);
  const share = f32x4.splat(1 / <f32>(rows * planeColumns(plane)));
  for (let n = 0; n < images; n++) {
    for (let c = 0; c < channels; c += 4) {
      const left = channels - c, o = <usize>c << 2, to = y + rowOffset(plane, 1, n, 0) + o;
      let sum = f32x4.splat(0);
      for (let r = 0; r < rows; r++) sum = f32x4.add(sum, rowSum(x + rowOffset(plane, 0, n, r) + o, plane, left));
      if (left >= 4) v128.store(to, f32x4.mul(sum, share));
      else storeLanes<f32>(to, f32x4.mul(sum, share), left);
    }
  }
}

// @ts-ignore: decorator
@inline
function rowSum(x: usize, plane: usize, left: i32): v128 {
  const columns = planeColumns(plane), stride = <usize>planeChannels(plane) << 2;
  let sum = f32x4.splat(0);
  if (left >= 4) {
    for (let i = 0; i < columns; i++, x += stride) sum = f32x4.add(sum, v128.load(x));
  } else {
    for (let i = 0; i < columns; i++, x += stride) sum = f32x4.add(sum, loadLanes<f32>(x, left));
  }
  return sum;
}

/** dx = dy / pixels, at every pixel. Operands: dx, dy (its image stride). */
export function planeAverageGrad(dy: usize, dx: usize, plane: usize): void {
  const channels = planeChannels(plane), images = planeImages(plane), rows = planeRows(plane);
  const columns = planeColumns(plane), stride = <usize>channels << 2;
  const share = f32x4.splat(1 / <f32>(rows * columns));
  for (let n = 0; n < images; n++) {
    for (let c = 0; c < channels; c += 4) {
      const left = channels - c, o = <usize>c << 2, from = dy + rowOffset(plane, 1, n, 0) + o;
      const value = f32x4.mul(left >= 4 ? v128.load(from) : loadLanes<f32>(from, left), share);
      for (let r = 0; r < rows; r++) {
        let to = dx + rowOffset(plane, 0, n, r) + o;
        for (let i = 0; i < columns; i++, to += stride) {
          if (left >= 4) v128.store(to, value);
          else storeLanes<f32>(to, value, left);
        }
      }
    }
  }
}

/** target [channels] += Σ over all pixels of x: the gradient of a bias. Operand: x. */
export function planeChannelSums(x: usize, target: usize, plane: usize): void {
  const channels = planeChannels(plane), images = planeImages(plane), rows = planeRows(plane);
  for (let c = 0; c < channels; c += 4) {
    const left = channels - c, o = <usize>c << 2, to = target + o;
    for (let n = 0; n < images; n++) {
      let sum = f32x4.splat(0);
      for (let r = 0; r < rows; r++) sum = f32x4.add(sum, rowSum(x + rowOffset(plane, 0, n, r) + o, plane, left));
      if (left >= 4) v128.store(to, f32x4.add(v128.load(to), sum));
      else storeLanes<f32>(to, f32x4.add(loadLanes<f32>(to, left), sum), left);
    }
  }
}
