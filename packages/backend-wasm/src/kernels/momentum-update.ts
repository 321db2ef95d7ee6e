import { assertSameShape, assertType, kernel, sizeOf } from './kernel.ts';

interface Attributes {
  readonly learningRate: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
  /** True at the first step: v is set, not read. */
  readonly first: boolean;
}

/**
 * {w, g, v} of one shape → []. Writes w and v IN PLACE and returns no tensor: tensors that share their data (clones,
 * reshapes, variables) see the new values, and nothing is allocated, so nothing can leak.
 */
export const momentumUpdate = kernel<Attributes>('CairnMomentumUpdate', (call) => {
  const { attributes, kernels, input, written, address } = call;
  const [w, g, v] = [input('w'), input('g'), input('v')];
  assertSameShape('CairnMomentumUpdate', w, g);
  assertSameShape('CairnMomentumUpdate', w, v);
  for (const tensor of [w, g, v]) assertType('CairnMomentumUpdate', tensor, 'float32');
  const { learningRate, momentum, dampening, nesterov, weightDecay, first } = attributes;
  kernels.momentumUpdate(
    address(w),
    address(g),
    address(v),
    sizeOf(w),
    learningRate,
    momentum,
    dampening,
    nesterov ? 1 : 0,
    weightDecay,
    first ? 1 : 0,
  );
  written(w);
  written(v);
  return [];
});
