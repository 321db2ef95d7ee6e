import { concat as join, type Tensor } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { channelsOf } from './channels.ts';
import type { Operation } from './operation.ts';

const attributes = z.strictObject({});

/** Two or more values one behind the other along the channels. */
export const concat: Operation<typeof attributes> = {
  attributes,
  arity: 'several',
  shape(inputs) {
    const [first = []] = inputs;
    const area = first.slice(0, -1);
    if (inputs.some((s) => s.length !== first.length || s.slice(0, -1).join() !== area.join()))
      return {
        refused: inputs.map((s) => `[${s.join(', ')}]`).join(' and '),
        accepted: 'inputs that differ in channels alone',
      };
    return [...area, inputs.reduce((n, s) => n + (s.at(-1) ?? 0), 0)];
  },
  arrays: () => ({}),
  multiplyAdds: () => 0,
  train: ({ inputs }) => ({ value: joined(inputs), saved: [] }),
  infer: ({ inputs }) => joined(inputs),
  backward({ dy, inputShapes, wanted }) {
    let from = 0;
    const gradients = inputShapes.map((shape, i) => {
      const [start, end] = [from, from + (shape.at(-1) ?? 0)];
      from = end;
      return wanted[i] ? channelsOf(dy, start, end) : undefined;
    });
    return { inputs: gradients, arrays: {} };
  },
};

function joined(inputs: readonly Tensor[]): Tensor {
  return join([...inputs], -1);
}
