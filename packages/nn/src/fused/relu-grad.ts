import { mul, step, type Tensor } from '@tensorflow/tfjs-core';
import { hasKernel, runFused } from './kernel.ts';
import { tensorAt } from '../operations/operation.ts';

/** dy where y > 0, else 0; y is the ReLU's result. */
export function reluGrad(dy: Tensor, y: Tensor): Tensor {
  if (hasKernel('CairnReluGrad')) return tensorAt(runFused('CairnReluGrad', { dy, y }, {}), 0);
  return mul(dy, step(y));
}
