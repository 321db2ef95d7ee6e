/** The shapes that are measured: those of a CIFAR ResNet, batch 64, and what other networks add. */
import type { ConvGeometry } from '@cairn/backend-wasm/standalone';

export interface Shape {
  readonly name: string;
  /** `direct` also where Winograd would fit. */
  readonly kind: 'direct' | 'winograd' | 'depthwise';
  /** Of the forward pass and the filter gradient: x lies in a frame with its padding, as the executor keeps it. */
  readonly forward: ConvGeometry;
  /** Of the input gradient: here dy does. */
  readonly backward: ConvGeometry;
  /** Multiply-adds of a pass. */
  readonly products: number;
}

export const batch = 64;

function conv(
  [size, inChannels, outChannels]: readonly [number, number, number],
  filter: number,
  stride = 1,
  kind: Shape['kind'] = 'direct',
): Shape {
  const geometry = (input: number, output: number, padding: number): ConvGeometry => ({
    input: [input, input],
    output: [output, output],
    filter: [filter, filter],
    stride: [stride, stride],
    dilation: [1, 1],
    padding: [padding, padding],
    inChannels,
    outChannels,
  });
  const output = Math.ceil(size / stride);
  const border = filter - 1;
  return {
    name: `${filter}×${filter}${stride > 1 ? ` stride ${stride}` : ''} ${inChannels}→${outChannels} @${size}²`,
    kind,
    forward: geometry((output - 1) * stride + filter, output, 0),
    backward: geometry(size, Math.floor((size + border - 1) / stride) + 1, border),
    products: batch * output ** 2 * filter ** 2 * outChannels * (kind === 'depthwise' ? 1 : inChannels),
  };
}

const plain = [
  [32, 16, 16],
  [16, 32, 32],
  [8, 64, 64],
] as const;

export const shapes: readonly Shape[] = [
  ...plain.map((sizes) => conv(sizes, 3)),
  ...plain.map((sizes) => conv(sizes, 3, 1, 'winograd')),
  conv([32, 3, 16], 3),
  conv([32, 16, 32], 3, 2),
  conv([16, 32, 64], 3, 2),
  conv([32, 16, 32], 1, 2),
  conv([16, 32, 64], 1, 2),
  conv([16, 32, 32], 1),
  conv([8, 64, 128], 1),
  // A matrix product: 64 rows of 512 by 512 × 256.
  conv([1, 512, 256], 1),
  conv([32, 32, 32], 3, 1, 'depthwise'),
  conv([16, 64, 64], 3, 2, 'depthwise'),
];
