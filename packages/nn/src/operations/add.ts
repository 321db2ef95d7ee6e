import { add as sum } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { tensorAt, type Operation } from './operation.ts';

const attributes = z.strictObject({});

/** Sum of two values of one shape. */
export const add: Operation<typeof attributes> = {
  attributes,
  arity: 2,
  shape([a = [], b = []]) {
    if (a.join() === b.join()) return a;
    return { refused: `[${a.join(', ')}] and [${b.join(', ')}]`, accepted: 'two inputs of one shape' };
  },
  arrays: () => ({}),
  multiplyAdds: () => 0,
  train: ({ inputs }) => ({ value: sum(tensorAt(inputs, 0), tensorAt(inputs, 1)), saved: [] }),
  infer: ({ inputs }) => sum(tensorAt(inputs, 0), tensorAt(inputs, 1)),
  backward: ({ dy, wanted }) => ({ inputs: wanted.map((w) => (w ? dy.clone() : undefined)), arrays: {} }),
};
