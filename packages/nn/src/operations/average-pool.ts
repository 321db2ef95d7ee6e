import type { Shape } from '@cairn/core';
import { mul, pad, slice, tensor, zeros, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { tensorAt, type Operation } from './operation.ts';
import { poolFields, poolKernel, poolShape, withStride } from './pool.ts';
import type { Window } from './window.ts';

const attributes = z
  .strictObject({
    ...poolFields,
    /** Divide by the whole window also where it reaches into the padding. */
    countIncludePad: z.boolean().default(true),
  })
  .transform(withStride);
type Attributes = z.output<typeof attributes>;

/**
 * Mean of each window, padded with zeros. The padding is made explicit: next to padding of their own the kernels of
 * TensorFlow.js divide by the pixels inside, and their gradients differ from backend to backend.
 */
export const averagePool: Operation<typeof attributes> = {
  attributes,
  arity: 1,
  shape: ([input = []], a) => poolShape(input, a),
  arrays: () => ({}),
  multiplyAdds: () => 0,
  train: ({ inputs, attributes: a }) => ({ value: average(tensorAt(inputs, 0), a), saved: [] }),
  infer: ({ inputs, attributes: a }) => average(tensorAt(inputs, 0), a),
  backward({ dy, inputShapes: [input = []], attributes: a, wanted }) {
    return { inputs: [wanted[0] ? spread(dy, input, a) : undefined], arrays: {} };
  },
};

function average(x: Tensor, a: Attributes): Tensor {
  const p: [number, number] = [a.padding, a.padding];
  const framed = a.padding === 0 ? x : pad(x, [[0, 0], p, p, [0, 0]]);
  return perPixelInside(poolKernel('AvgPool', { x: framed }, unpadded(a)), x.shape.slice(1), a);
}

/** The gradient of `average`. @param input shape of what was pooled */
function spread(dy: Tensor, [height = 0, width = 0, channels = 0]: Shape, a: Attributes): Tensor {
  const { padding } = a;
  const share = perPixelInside(dy, [height, width], a);
  // Only its shape is read.
  const input = zeros([dy.shape[0] ?? 0, height + 2 * padding, width + 2 * padding, channels]);
  const framed = poolKernel('AvgPoolGrad', { dy: share, input }, unpadded(a));
  return padding === 0
    ? framed
    : slice(framed as Tensor4D, [0, padding, padding, 0], [-1, height, width, -1]);
}

function unpadded({ kernel, stride }: Window): Window {
  return { kernel, stride, padding: 0 };
}

/** From shares of the whole window to shares of its pixels inside the image, where that is asked for. */
function perPixelInside(y: Tensor, [height = 0, width = 0]: Shape, a: Attributes): Tensor {
  if (a.countIncludePad || a.padding === 0) return y;
  const [, rows = 0, columns = 0] = y.shape;
  const factors = Array.from({ length: rows * columns }, (_, i) => {
    const inside = pixelsInside(Math.floor(i / columns), height, a) * pixelsInside(i % columns, width, a);
    return a.kernel ** 2 / inside;
  });
  return mul(y, tensor(factors, [1, rows, columns, 1]));
}

function pixelsInside(position: number, size: number, { kernel, stride, padding }: Window): number {
  const start = position * stride - padding;
  return Math.min(start + kernel, size) - Math.max(start, 0);
}
