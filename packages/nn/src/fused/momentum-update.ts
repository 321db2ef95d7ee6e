import { add, mul, sub, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { hasKernel, runFused } from './kernel.ts';

export interface MomentumSettings {
  readonly learningRate: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
  /** The first update starts the velocity with the gradient, undamped. */
  readonly first: boolean;
}

/**
 * One step of SGD with momentum, PyTorch's rule: g ← g + weightDecay·w; v ← momentum·v + (1 − dampening)·g;
 * w ← w − learningRate·(nesterov ? g + momentum·v : v).
 *
 * Returns the weights and the velocity after the step: either `w` and `v` themselves, changed in place by a kernel, or
 * new tensors. The caller disposes what it gave and did not get back.
 */
export function momentumUpdate(
  w: Tensor,
  g: Tensor,
  v: Tensor,
  settings: MomentumSettings,
): { w: Tensor; v: Tensor } {
  if (hasKernel('CairnMomentumUpdate')) {
    runFused('CairnMomentumUpdate', { w, g, v }, { ...settings });
    return { w, v };
  }
  const { learningRate, momentum, dampening, nesterov, weightDecay, first } = settings;
  return tidy(() => {
    const gradient = weightDecay === 0 ? g : add(g, mul(w, weightDecay));
    const velocity = first ? gradient.clone() : add(mul(v, momentum), mul(gradient, 1 - dampening));
    const direction = nesterov ? add(gradient, mul(velocity, momentum)) : velocity;
    return { w: sub(w, mul(direction, learningRate)), v: velocity };
  });
}
