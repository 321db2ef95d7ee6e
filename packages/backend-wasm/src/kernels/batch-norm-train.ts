import type { TensorInfo } from '@tensorflow/tfjs-core';
import { assertType, kernel, sizeOf } from './kernel.ts';

export interface BatchNormAttributes {
  readonly epsilon: number;
  readonly relu: boolean;
}

/** Rows (all axes but the last) and channels of x. */
export function rowsAndChannels(x: TensorInfo): { rows: number; channels: number } {
  const channels = x.shape.at(-1) ?? 1;
  return { rows: channels === 0 ? 0 : sizeOf(x) / channels, channels };
}

/**
 * {x […, C], gamma [C], beta [C]} → [y […, C], mean [C], variance [C]] with the biased variance over all axes but the
 * last; y passes a ReLU when `relu`.
 */
export const batchNormTrain = kernel<BatchNormAttributes>('CairnBatchNormTrain', (call) => {
  const { attributes, runtime, kernels, input, output, address } = call;
  const x = input('x');
  assertType('CairnBatchNormTrain', x, 'float32');
  const { rows, channels } = rowsAndChannels(x);
  const y = output(x.shape);
  const mean = output([channels]);
  const variance = output([channels]);
  const [sums, scale] = runtime.scratch(channels * 16, channels * 4);
  kernels.channelStatistics(address(x), rows, channels, sums, address(mean), address(variance));
  kernels.batchNormApply(
    address(x),
    address(y),
    address(input('gamma')),
    address(input('beta')),
    address(mean),
    address(variance),
    scale,
    rows,
    channels,
    attributes.epsilon,
    attributes.relu ? 1 : 0,
  );
  return [y, mean, variance];
});
