import { loadLanes, storeLanes } from './lanes';

// @ts-ignore: decorator
@inline
function step<T>(dy: usize, y: usize, dx: usize, left: i32): void {
  storeLanes<T>(dx, v128.and(loadLanes<T>(dy, left), f32x4.gt(loadLanes<T>(y, left), f32x4.splat(0))), left);
}

/** dx = dy where y > 0, else 0. */
export function reluGrad(dy: usize, y: usize, dx: usize, size: i32): void {
  const whole = <usize>(size & ~3) << 2;
  for (let o: usize = 0; o < whole; o += 16) step<v128>(dy + o, y + o, dx + o, 4);
  step<f32>(dy + whole, y + whole, dx + whole, size & 3);
}
