import { reshape, transpose, type Tensor } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { tensorAt, type Operation } from './operation.ts';

const attributes = z.strictObject({ groups: z.number().int().positive() });

/**
 * Deals the channels of `groups` equal parts out in turn: with 2 groups 0 1 2 3 becomes 0 2 1 3. Zhang et al.,
 * arXiv 1707.01083, section 3.1.
 */
export const channelShuffle: Operation<typeof attributes> = {
  attributes,
  arity: 1,
  shape([input = []], { groups }) {
    const channels = input.at(-1) ?? 0;
    if (channels % groups === 0) return input;
    return { refused: `groups ${groups}`, accepted: `a divisor of ${channels}` };
  },
  arrays: () => ({}),
  multiplyAdds: () => 0,
  train: ({ inputs, attributes: { groups } }) => ({ value: deal(tensorAt(inputs, 0), groups), saved: [] }),
  infer: ({ inputs, attributes: { groups } }) => deal(tensorAt(inputs, 0), groups),
  backward({ dy, inputShapes: [input = []], attributes: { groups }, wanted }) {
    // Dealing among as many parts as each part had channels puts them back.
    return { inputs: [wanted[0] ? deal(dy, (input.at(-1) ?? 0) / groups) : undefined], arrays: {} };
  },
};

function deal(x: Tensor, groups: number): Tensor {
  const each = (x.shape.at(-1) ?? 0) / groups;
  return reshape(transpose(reshape(x, [-1, groups, each]), [0, 2, 1]), x.shape);
}
