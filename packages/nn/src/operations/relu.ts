import { relu as rectify } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { reluGrad } from '../fused/relu-grad.ts';
import { tensorAt, type Operation } from './operation.ts';

const attributes = z.strictObject({});

/** max(0, x); the gradient at 0 is 0. */
export const relu: Operation<typeof attributes> = {
  attributes,
  arity: 1,
  shape: ([input = []]) => input,
  arrays: () => ({}),
  multiplyAdds: () => 0,
  train({ inputs }) {
    const value = rectify(tensorAt(inputs, 0));
    return { value, saved: [value] };
  },
  infer: ({ inputs }) => rectify(tensorAt(inputs, 0)),
  backward: ({ dy, saved }) => ({ inputs: [reluGrad(dy, tensorAt(saved, 0))], arrays: {} }),
};
