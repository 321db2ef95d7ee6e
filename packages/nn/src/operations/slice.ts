import { z } from 'zod';
import { channelsOf, intoChannels } from './channels.ts';
import { tensorAt, type Operation } from './operation.ts';

const whole = z.number().int();
const attributes = z.strictObject({
  /** The first channel taken. */
  from: whole.nonnegative().default(0),
  /** One past the last. */
  to: whole.positive(),
});

/** Channels from…to − 1, PyTorch's `x[:, from:to]`. A split is a slice per part. */
export const slice: Operation<typeof attributes> = {
  attributes,
  arity: 1,
  shape([input = []], { from, to }) {
    const channels = input.at(-1) ?? 0;
    if (from < to && to <= channels) return [...input.slice(0, -1), to - from];
    return { refused: `channels ${from} to ${to}`, accepted: `0 ≤ from < to ≤ ${channels}` };
  },
  arrays: () => ({}),
  multiplyAdds: () => 0,
  train: ({ inputs, attributes: { from, to } }) => ({
    value: channelsOf(tensorAt(inputs, 0), from, to),
    saved: [],
  }),
  infer: ({ inputs, attributes: { from, to } }) => channelsOf(tensorAt(inputs, 0), from, to),
  backward({ dy, inputShapes: [input = []], attributes: { from }, wanted }) {
    return { inputs: [wanted[0] ? intoChannels(dy, from, input.at(-1) ?? 0) : undefined], arrays: {} };
  },
};
