/** One step of stochastic gradient descent with momentum, PyTorch's rule, on w and v in place. */
import { madd } from './madd';
import { loadLanes, storeLanes } from './lanes';

// @ts-ignore: decorator
@inline
function step<T>(
  w: usize, g: usize, v: usize, left: i32,
  rate: v128, keep: v128, gain: v128, decay: v128, nesterov: bool, first: bool,
): void {
  const weight = loadLanes<T>(w, left);
  const gradient = madd(decay, weight, loadLanes<T>(g, left));
  let velocity = f32x4.mul(gain, gradient);
  if (!first) velocity = madd(keep, loadLanes<T>(v, left), velocity);
  storeLanes<T>(v, velocity, left);
  storeLanes<T>(w, madd(rate, nesterov ? madd(keep, velocity, gradient) : velocity, weight), left);
}

export function momentumUpdate(
  w: usize, g: usize, v: usize, size: i32,
  learningRate: f32, momentum: f32, dampening: f32, nesterov: bool, weightDecay: f32, first: bool,
): void {
  const rate = f32x4.splat(-learningRate), keep = f32x4.splat(momentum), decay = f32x4.splat(weightDecay);
  const gain = f32x4.splat(first ? 1 : 1 - dampening);
  const whole = <usize>(size & ~3) << 2;
  for (let o: usize = 0; o < whole; o += 16) step<v128>(w + o, g + o, v + o, 4, rate, keep, gain, decay, nesterov, first);
  step<f32>(w + whole, g + whole, v + whole, size & 3, rate, keep, gain, decay, nesterov, first);
}
