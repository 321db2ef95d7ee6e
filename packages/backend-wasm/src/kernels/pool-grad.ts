import { AvgPoolGrad, backend_util, MaxPoolGrad } from '@tensorflow/tfjs-core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelCall } from './kernel.ts';
import { kernel } from './kernel.ts';

type Pair = [number, number];

interface Attributes {
  readonly filterSize: Pair | number;
  readonly strides: Pair | number;
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function poolGrad(
  call: KernelCall<Attributes>,
  dy: TensorInfo,
  input: TensorInfo,
  maximum: boolean,
): TensorInfo {
  const { attributes, runtime, kernels, output, address } = call;
  const { filterSize, strides, pad, dimRoundingMode } = attributes;
  const info = backend_util.computePool2DInfo(
    input.shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const dx = output(input.shape);
  const [geometry] = runtime.scratch(64);
  const inRow = info.inWidth * info.inChannels * 4;
  const outRow = info.outWidth * info.inChannels * 4;
  runtime.writeInts(geometry, [
    info.inHeight,
    info.inWidth,
    info.outHeight,
    info.outWidth,
    info.filterHeight,
    info.filterWidth,
    info.strideHeight,
    info.strideWidth,
    info.dilationHeight,
    info.dilationWidth,
    info.padInfo.top,
    info.padInfo.left,
    info.inHeight * inRow,
    inRow,
    info.outHeight * outRow,
    outRow,
  ]);
  // prettier-ignore
  kernels.poolBackward(
    address(dy), address(input), address(dx), info.batchSize, info.inChannels, geometry, maximum ? 1 : 0,
  );
  return dx;
}

/** {dy, input, output} → dx. Replaces the stock kernel, which loses the gradient of windows without a positive value. */
export const maxPoolGrad = kernel<Attributes>(MaxPoolGrad, (call) =>
  poolGrad(call, call.input('dy'), call.input('input'), true),
);

/** {dy, input} → dx. Replaces the stock kernel, which divides by the whole window also where padding was left out. */
export const avgPoolGrad = kernel<Attributes>(AvgPoolGrad, (call) =>
  poolGrad(call, call.input('dy'), call.input('input'), false),
);
