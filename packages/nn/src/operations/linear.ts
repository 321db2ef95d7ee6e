import type { Initializer } from '@cairn/core';
import { add, matMul, sum, transpose, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { arrayOf, product, tensorAt, type ArrayRole, type Operation } from './operation.ts';

const attributes = z.strictObject({
  units: z.number().int().positive(),
  bias: z.boolean().default(true),
});

/**
 * y = x·Wᵀ + b, W in PyTorch's layout [out, in]. W never stands untransposed on the right of a product: the WASM
 * backend of TensorFlow.js keeps a packed copy of such a matrix and would not see an update in place.
 */
export const linear: Operation<typeof attributes> = {
  attributes,
  arity: 1,
  shape([input = []], { units }) {
    if (input.length === 1) return [units];
    return { refused: `input [${input.join(', ')}]`, accepted: '[features]' };
  },
  arrays([input = []], { units, bias }) {
    const fanIn = input[0] ?? 0;
    const init: Initializer = { kind: 'torch-uniform', fanIn };
    const weight: ArrayRole = { name: 'weight', shape: [units, fanIn], init, trained: true };
    return bias ? { weight, bias: { name: 'bias', shape: [units], init, trained: true } } : { weight };
  },
  multiplyAdds: ([input = []], shape) => product(input) * product(shape),
  train({ inputs, arrays }) {
    return { value: apply(tensorAt(inputs, 0), arrays), saved: [tensorAt(inputs, 0)] };
  },
  infer: ({ inputs, arrays }) => apply(tensorAt(inputs, 0), arrays),
  backward({ dy, saved, arrays, attributes: { bias }, wanted }) {
    const weight = matMul(dy as Tensor2D, tensorAt(saved, 0) as Tensor2D, true, false);
    const columns = transpose(arrayOf(arrays, 'weight') as Tensor2D);
    const dx = wanted[0] ? matMul(dy as Tensor2D, columns, false, true) : undefined;
    return { inputs: [dx], arrays: bias ? { weight, bias: sum(dy, 0) } : { weight } };
  },
};

function apply(x: Tensor, arrays: Readonly<Record<string, Tensor>>): Tensor {
  const y = matMul(x as Tensor2D, arrayOf(arrays, 'weight') as Tensor2D, false, true);
  return arrays['bias'] === undefined ? y : add(y, arrays['bias']);
}
