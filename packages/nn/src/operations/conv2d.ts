import type { Initializer } from '@cairn/core';
import { add, concat, engine, mul, sum, type Tensor } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { channelsOf } from './channels.ts';
import { arrayOf, product, tensorAt, type ArrayRole, type Operation } from './operation.ts';
import { windowShape } from './window.ts';

const whole = z.number().int();
const attributes = z.strictObject({
  channels: whole.positive(),
  /** Side of the square window. */
  kernel: whole.positive(),
  stride: whole.positive().default(1),
  /** On each of the four sides, as PyTorch has it: with stride 2 `same` of TensorFlow is asymmetric. */
  padding: whole.nonnegative().default(0),
  /** A divisor of the input channels and of `channels`; as many as input channels is depthwise. */
  groups: whole.positive().default(1),
  bias: z.boolean().default(false),
});
type Attributes = z.output<typeof attributes>;

/** Two-dimensional convolution, NHWC, plain, grouped or depthwise. */
export const conv2d: Operation<typeof attributes> = {
  attributes,
  arity: 1,
  shape([input = []], { channels, groups, ...window }) {
    const area = windowShape(input, window);
    if ('refused' in area) return area;
    const depth = input[2] ?? 0;
    if (depth % groups !== 0) return { refused: `groups ${groups}`, accepted: `a divisor of ${depth}` };
    if (channels % groups !== 0)
      return { refused: `channels ${channels}`, accepted: `a multiple of ${groups}` };
    return [...area, channels];
  },
  arrays([input = []], { channels, kernel, groups, bias }) {
    const depth = input[2] ?? 0;
    const each = depth / groups;
    const init: Initializer = { kind: 'torch-uniform', fanIn: each * kernel * kernel };
    const depthwise = groups > 1 && each === 1;
    const weight: ArrayRole = {
      name: 'weight',
      shape: [channels, each, kernel, kernel],
      init,
      trained: true,
      layout: {
        permutation: [2, 3, 1, 0],
        shape: depthwise ? [kernel, kernel, depth, channels / groups] : [kernel, kernel, each, channels],
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
    const x = tensorAt(saved, 0);
    const { dx, weight } = gradients(x, arrayOf(arrays, 'weight'), dy, a, wanted[0] ?? false);
    return { inputs: [dx], arrays: a.bias ? { weight, bias: sum(dy, [0, 1, 2]) } : { weight } };
  },
};

function convolve(x: Tensor, arrays: Readonly<Record<string, Tensor>>, a: Attributes): Tensor {
  const y = withoutBias(x, arrayOf(arrays, 'weight'), a);
  return a.bias ? add(y, arrayOf(arrays, 'bias')) : y;
}

function withoutBias(x: Tensor, filter: Tensor, a: Attributes): Tensor {
  if (a.groups === 1) return kernel('Conv2D', { x, filter }, a);
  // The stock depthwise kernel of the WASM backend packs a filter once and would not see an update in place.
  if (isDepthwise(x, a)) return kernel('DepthwiseConv2dNative', { x, filter: mul(filter, 1) }, a);
  const filters = parts(filter, a.groups);
  return concat(
    parts(x, a.groups).map((part, i) => kernel('Conv2D', { x: part, filter: tensorAt(filters, i) }, a)),
    -1,
  );
}

interface ConvolutionGradients {
  readonly dx: Tensor | undefined;
  readonly weight: Tensor;
}

/** One group after the other: TensorFlow.js has no kernel for grouped convolutions. */
function gradients(
  x: Tensor,
  filter: Tensor,
  dy: Tensor,
  a: Attributes,
  wanted: boolean,
): ConvolutionGradients {
  if (a.groups === 1) return gradientsWith('Conv2D', x, filter, dy, a, wanted);
  if (isDepthwise(x, a)) return gradientsWith('DepthwiseConv2dNative', x, filter, dy, a, wanted);
  const [filters, slopes] = [parts(filter, a.groups), parts(dy, a.groups)];
  const each = parts(x, a.groups).map((part, i) =>
    gradientsWith('Conv2D', part, tensorAt(filters, i), tensorAt(slopes, i), a, wanted),
  );
  return {
    dx: wanted
      ? concat(
          each.flatMap(({ dx }) => dx ?? []),
          -1,
        )
      : undefined,
    weight: concat(
      each.map(({ weight }) => weight),
      -1,
    ),
  };
}

function gradientsWith(
  base: string,
  x: Tensor,
  filter: Tensor,
  dy: Tensor,
  a: Attributes,
  wanted: boolean,
): ConvolutionGradients {
  return {
    dx: wanted ? kernel(`${base}BackpropInput`, { dy, filter }, a, { inputShape: x.shape }) : undefined,
    weight: kernel(`${base}BackpropFilter`, { x, dy }, a, { filterShape: filter.shape }),
  };
}

/** A layer with one group is a plain convolution, also with one input channel. */
function isDepthwise(x: Tensor, { groups }: Attributes): boolean {
  return groups > 1 && groups === x.shape.at(-1);
}

/** Equal runs of channels. */
function parts(x: Tensor, groups: number): readonly Tensor[] {
  const each = (x.shape.at(-1) ?? 0) / groups;
  return Array.from({ length: groups }, (_, i) => channelsOf(x, i * each, (i + 1) * each));
}

/** The kernels themselves: TensorFlow.js exports no operation for the two gradients. */
function kernel(
  name: string,
  inputs: Record<string, Tensor>,
  { stride, padding }: Attributes,
  shapes: { readonly filterShape?: number[]; readonly inputShape?: number[] } = {},
): Tensor {
  const window = { strides: [stride, stride], pad: padding, dataFormat: 'NHWC', dilations: [1, 1] };
  return engine().runKernel(name, inputs, { ...window, ...shapes });
}
