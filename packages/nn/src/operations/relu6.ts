import { clipByValue, mul, step, sub, type Tensor } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { tensorAt, type Operation } from './operation.ts';

const attributes = z.strictObject({});
const CAP = 6;

/** min(6, max(0, x)); the gradient at 0 and at 6 is 0, as in PyTorch. Howard et al., arXiv 1704.04861. */
export const relu6: Operation<typeof attributes> = {
  attributes,
  arity: 1,
  shape: ([input = []]) => input,
  arrays: () => ({}),
  multiplyAdds: () => 0,
  train({ inputs }) {
    const value = clip(tensorAt(inputs, 0));
    return { value, saved: [value] };
  },
  infer: ({ inputs }) => clip(tensorAt(inputs, 0)),
  backward({ dy, saved, wanted }) {
    if (!wanted[0]) return { inputs: [undefined], arrays: {} };
    const y = tensorAt(saved, 0);
    return { inputs: [mul(dy, mul(step(y), step(sub(CAP, y))))], arrays: {} };
  },
};

function clip(x: Tensor): Tensor {
  return clipByValue(x, 0, CAP);
}
