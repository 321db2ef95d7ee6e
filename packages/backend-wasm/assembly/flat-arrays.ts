/** Kernels over the flat blocks in which all parameters, gradients and optimiser slots of a network lie. */
import { madd } from './madd';

/** target = Σ over blocks, in their order. @param size floats, a multiple of 4; `stride` bytes between blocks */
export function sumBlocks(blocks: usize, count: i32, stride: usize, target: usize, size: i32): void {
  const end = (<usize>size) << 2;
  for (let o: usize = 0; o < end; o += 16) {
    let at = blocks + o,
      sum = v128.load(at);
    for (let s = 1; s < count; s++) {
      at += stride;
      sum = f32x4.add(sum, v128.load(at));
    }
    v128.store(target + o, sum);
  }
}

/**
 * Stochastic gradient descent with momentum, PyTorch's rule, in place.
 * @param size floats, a multiple of 4
 * @param settings float32 [learning rate, momentum, 1 − dampening, weight decay, nesterov (0 or 1)]
 * @param first non-zero: the velocity starts with the undamped gradient
 */
export function sgdUpdate(w: usize, g: usize, v: usize, size: i32, settings: usize, first: bool): void {
  const rate = f32x4.neg(v128.load32_splat(settings)),
    keep = v128.load32_splat(settings, 4);
  const gain = first ? f32x4.splat(1) : v128.load32_splat(settings, 8),
    decay = v128.load32_splat(settings, 12);
  const nesterov = load<f32>(settings, 16) != 0,
    end = (<usize>size) << 2;
  for (let o: usize = 0; o < end; o += 16) {
    const weight = v128.load(w + o);
    const gradient = madd(decay, weight, v128.load(g + o));
    let velocity = f32x4.mul(gain, gradient);
    if (!first) velocity = madd(keep, v128.load(v + o), velocity);
    v128.store(v + o, velocity);
    v128.store(w + o, madd(rate, nesterov ? madd(keep, velocity, gradient) : velocity, weight));
  }
}

/**
 * AdamW (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2) with PyTorch's place of epsilon, in place.
 * @param size floats, a multiple of 4
 * @param settings float32 [1 − rate·decay, rate/(1 − β1ᵗ), β1, 1 − β1, β2, 1 − β2, √(1 − β2ᵗ), epsilon]
 */
export function adamwUpdate(w: usize, g: usize, m: usize, v: usize, size: i32, settings: usize): void {
  const decay = v128.load32_splat(settings),
    rate = f32x4.neg(v128.load32_splat(settings, 4));
  const keep1 = v128.load32_splat(settings, 8),
    gain1 = v128.load32_splat(settings, 12);
  const keep2 = v128.load32_splat(settings, 16),
    gain2 = v128.load32_splat(settings, 20);
  const correction = v128.load32_splat(settings, 24),
    epsilon = v128.load32_splat(settings, 28);
  const end = (<usize>size) << 2;
  for (let o: usize = 0; o < end; o += 16) {
    const gradient = v128.load(g + o);
    const mean = madd(v128.load(m + o), keep1, f32x4.mul(gradient, gain1));
    const square = madd(v128.load(v + o), keep2, f32x4.mul(f32x4.mul(gradient, gradient), gain2));
    const deviation = f32x4.add(f32x4.div(f32x4.sqrt(square), correction), epsilon);
    v128.store(m + o, mean);
    v128.store(v + o, square);
    v128.store(w + o, madd(f32x4.div(mean, deviation), rate, f32x4.mul(v128.load(w + o), decay)));
  }
}
