/** From TensorFlow.js's description of a convolution to ours. */
import { backend_util } from '@tensorflow/tfjs-core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { BackendError } from '@cairn/core';
import type { ConvGeometry } from './conv-phases.ts';
import type { Images } from './frame.ts';

type Pair = [number, number];

/** The attributes that TensorFlow.js hands to its convolution kernels. */
export interface ConvAttributes {
  readonly strides: Pair | number;
  readonly dilations?: Pair | number;
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

export interface ConvShapes {
  readonly geometry: ConvGeometry;
  readonly batch: number;
  readonly inShape: number[];
  readonly outShape: number[];
  readonly filterShape: number[];
  /** True where a tensor is empty: outputs are zeros, and no kernel runs. */
  readonly empty: boolean;
}

const quad = (shape: readonly number[]): [number, number, number, number] =>
  shape as [number, number, number, number];

/** @param depthwise filter is [KH, KW, C, multiplier] */
export function convShapes(
  xShape: readonly number[],
  filterShape: readonly number[],
  attributes: ConvAttributes,
  depthwise: boolean,
): ConvShapes {
  if (attributes.dataFormat === 'NCHW') {
    throw new BackendError(
      'CAIRN_BACKEND_LAYOUT',
      "The wasm backend computes convolutions in NHWC; the layout is 'NCHW'.",
      {
        fix: "Pass dataFormat 'NHWC' and transpose the tensors: tf.transpose(x, [0, 2, 3, 1]).",
      },
    );
  }
  const info = backend_util.computeConv2DInfo(
    quad(xShape),
    quad(filterShape),
    attributes.strides,
    attributes.dilations ?? 1,
    attributes.pad,
    attributes.dimRoundingMode,
    depthwise,
    'channelsLast',
  );
  const geometry: ConvGeometry = {
    input: [info.inHeight, info.inWidth],
    output: [info.outHeight, info.outWidth],
    filter: [info.filterHeight, info.filterWidth],
    stride: [info.strideHeight, info.strideWidth],
    dilation: [info.dilationHeight, info.dilationWidth],
    padding: [info.padInfo.top, info.padInfo.left],
    inChannels: info.inChannels,
    outChannels: info.outChannels,
  };
  const empty = [...info.inShape, ...info.outShape, ...filterShape].some((size) => size === 0);
  const { batchSize: batch, inShape, outShape } = info;
  return { geometry, batch, inShape, outShape, filterShape: [...filterShape], empty };
}

/** An NHWC tensor as a batch of images. */
export function imagesOf(tensor: TensorInfo, address: number): Images {
  const [count, rows, columns, channels] = quad(tensor.shape);
  return { address, count, rows, columns, channels };
}
