import { z } from 'zod';
import { tensorAt, type Operation } from './operation.ts';
import { poolFields, poolKernel, poolShape, withStride } from './pool.ts';

const attributes = z.strictObject(poolFields).transform(withStride);

/** Maximum of each window, padded with −∞. The first of equal values, row by row, takes the gradient. */
export const maxPool: Operation<typeof attributes> = {
  attributes,
  arity: 1,
  shape: ([input = []], window) => poolShape(input, window),
  arrays: () => ({}),
  multiplyAdds: () => 0,
  train({ inputs, attributes: a }) {
    const x = tensorAt(inputs, 0);
    const value = poolKernel('MaxPool', { x }, a);
    return { value, saved: [x, value] };
  },
  infer: ({ inputs, attributes: a }) => poolKernel('MaxPool', { x: tensorAt(inputs, 0) }, a),
  backward({ dy, saved, attributes: a, wanted }) {
    if (!wanted[0]) return { inputs: [undefined], arrays: {} };
    const [input, output] = [tensorAt(saved, 0), tensorAt(saved, 1)];
    return { inputs: [poolKernel('MaxPoolGrad', { dy, input, output }, a)], arrays: {} };
  },
};
