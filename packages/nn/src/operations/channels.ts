/** Parts of the last axis, the channels. */
import { pad, slice, type Tensor } from '@tensorflow/tfjs-core';

/** Channels from…to − 1. */
export function channelsOf(x: Tensor, from: number, to: number): Tensor {
  const begin = x.shape.map((_, axis) => (axis === x.rank - 1 ? from : 0));
  const size = x.shape.map((n, axis) => (axis === x.rank - 1 ? to - from : n));
  return slice(x, begin, size);
}

/** The transpose of `channelsOf`: zeros around. @param total channels of the result */
export function intoChannels(part: Tensor, from: number, total: number): Tensor {
  const after = total - from - (part.shape.at(-1) ?? 0);
  return pad(
    part,
    part.shape.map((_, axis): [number, number] => (axis === part.rank - 1 ? [from, after] : [0, 0])),
  );
}
