import { fill, mean, mul, reshape } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { tensorAt, type Operation } from './operation.ts';

const attributes = z.strictObject({});

/** [height, width, channels] to [channels]. */
export const globalAveragePool: Operation<typeof attributes> = {
  attributes,
  arity: 1,
  shape([input = []]) {
    if (input.length === 3) return [input[2] ?? 0];
    return { refused: `input [${input.join(', ')}]`, accepted: '[height, width, channels]' };
  },
  arrays: () => ({}),
  multiplyAdds: () => 0,
  train: ({ inputs }) => ({ value: mean(tensorAt(inputs, 0), [1, 2]), saved: [] }),
  infer: ({ inputs }) => mean(tensorAt(inputs, 0), [1, 2]),
  backward({ dy, inputShapes: [[height = 1, width = 1, channels = 1] = []], wanted }) {
    if (!wanted[0]) return { inputs: [undefined], arrays: {} };
    const share = fill([1, height, width, 1], 1 / (height * width));
    return { inputs: [mul(reshape(dy, [-1, 1, 1, channels]), share)], arrays: {} };
  },
};
