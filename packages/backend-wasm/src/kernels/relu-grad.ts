import { assertSameShape, kernel, sizeOf } from './kernel.ts';

/** {dy, y} of one shape → [dx]: dy where y > 0, else 0. */
export const reluGrad = kernel('CairnReluGrad', ({ kernels, input, output, address }) => {
  const dy = input('dy');
  const y = input('y');
  assertSameShape('CairnReluGrad', dy, y);
  const dx = output(dy.shape);
  kernels.reluGrad(address(dy), address(y), address(dx), sizeOf(dy));
  return [dx];
});
