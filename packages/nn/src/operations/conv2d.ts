import type { Initializer, Shape } from '@cairn/core';
import { add, engine, mul, sum, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { arrayOf, product, tensorAt, type ArrayRole, type Operation } from './operation.ts';

const whole = z.number().int();
const attributes = z.strictObject({
  channels: whole.positive(),
  /** Side of the square window. */
  kernel: whole.positive(),
  stride: whole.positive().default(1),
  /** On each of the four sides, as PyTorch has it: with stride 2 `same` of TensorFlow is asymmetric. */
  padding: whole.nonnegative().default(0),
  /** 1, or the number of input channels (depthwise). */
  groups: whole.positive().default(1),
  bias: z.boolean().default(false),
});
type Attributes = z.output<typeof attributes>;

/** Two-dimensional convolution, NHWC, plain or depthwise. */
export const conv2d: Operation<typeof attributes> = {
  attributes,
  arity: 1,
  shape([input = []], { channels, kernel, stride, padding, groups }) {
    const [height = 0, width = 0, depth = 0] = input;
    if (input.length !== 3)
      return { refused: `input [${input.join(', ')}]`, accepted: '[height, width, channels]' };
    if (groups !== 1 && groups !== depth)
      return { refused: `groups ${groups}`, accepted: `1, or ${depth} (depthwise)` };
    if (channels % groups !== 0)
      return { refused: `channels ${channels}`, accepted: `a multiple of ${groups}` };
    const side = (size: number) => Math.floor((size + 2 * padding - kernel) / stride) + 1;
    if (side(height) < 1 || side(width) < 1)
      return {
        refused: `input ${height}×${width}`,
        accepted: `at least ${kernel - 2 * padding} on each side`,
      };
    return [side(height), side(width), channels];
  },
  arrays([input = []], { channels, kernel, groups, bias }) {
    const depth = input[2] ?? 0;
    const fanIn = (depth / groups) * kernel * kernel;
    const init: Initializer = { kind: 'torch-uniform', fanIn };
    const weight: ArrayRole = {
      name: 'weight',
      shape: [channels, depth / groups, kernel, kernel],
      init,
      trained: true,
      layout: {
        permutation: [2, 3, 1, 0],
        shape: [kernel, kernel, depth, channels / groups],
      },
    };
    return bias ? { weight, bias: { name: 'bias', shape: [channels], init, trained: true } } : { weight };
  },
  multiplyAdds([input = []], shape, { kernel, groups }) {
    return (product(shape) * kernel * kernel * (input[2] ?? 0)) / groups;
  },
  train({ inputs, arrays, attributes: a }) {
    return { value: convolve(tensorAt(inputs, 0), arrays, a), saved: [tensorAt(inputs, 0)] };
  },
  infer({ inputs, arrays, attributes: a }) {
    return convolve(tensorAt(inputs, 0), arrays, a);
  },
  backward({ dy, saved, arrays, attributes: a, wanted }) {
    const x = tensorAt(saved, 0) as Tensor4D;
    const filter = arrayOf(arrays, 'weight') as Tensor4D;
    const weight = kernel(`${base(a)}BackpropFilter`, { x, dy }, { ...window(a), filterShape: filter.shape });
    const dx = wanted[0]
      ? kernel(`${base(a)}BackpropInput`, { dy, filter }, { ...window(a), inputShape: x.shape })
      : undefined;
    return { inputs: [dx], arrays: a.bias ? { weight, bias: sum(dy, [0, 1, 2]) } : { weight } };
  },
};

function convolve(x: Tensor, arrays: Readonly<Record<string, Tensor>>, a: Attributes): Tensor {
  const weight = arrayOf(arrays, 'weight');
  // The stock depthwise kernel of the WASM backend packs a filter once and would not see an update in place.
  const filter = a.groups === 1 ? weight : mul(weight, 1);
  const y = kernel(base(a), { x, filter }, window(a));
  return a.bias ? add(y, arrayOf(arrays, 'bias')) : y;
}

/** A layer with one group is a plain convolution, also with one input channel. */
function base(a: Attributes): string {
  return a.groups === 1 ? 'Conv2D' : 'DepthwiseConv2dNative';
}

interface Window {
  readonly strides: [number, number];
  readonly pad: number;
  readonly dataFormat: 'NHWC';
  readonly dilations: [number, number];
}

function window({ stride, padding }: Attributes): Window {
  return { strides: [stride, stride], pad: padding, dataFormat: 'NHWC', dilations: [1, 1] };
}

/** The kernels themselves: TensorFlow.js exports no operation for the two gradients. */
function kernel(
  name: string,
  inputs: Record<string, Tensor>,
  settings: Window & { readonly filterShape?: Shape; readonly inputShape?: Shape },
): Tensor {
  return engine().runKernel(name, inputs, { ...settings });
}
