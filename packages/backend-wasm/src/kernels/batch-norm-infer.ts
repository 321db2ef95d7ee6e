import { rowsAndChannels, type BatchNormAttributes } from './batch-norm-train.ts';
import { assertType, kernel } from './kernel.ts';

/** {x […, C], gamma [C], beta [C], mean [C], variance [C]} → [y […, C]] by the given statistics; ReLU when `relu`. */
export const batchNormInfer = kernel<BatchNormAttributes>('CairnBatchNormInfer', (call) => {
  const { attributes, runtime, kernels, input, output, address } = call;
  const x = input('x');
  assertType('CairnBatchNormInfer', x, 'float32');
  const { rows, channels } = rowsAndChannels(x);
  const y = output(x.shape);
  const [scale] = runtime.scratch(channels * 4);
  kernels.batchNormApply(
    address(x),
    address(y),
    address(input('gamma')),
    address(input('beta')),
    address(input('mean')),
    address(input('variance')),
    scale,
    rows,
    channels,
    attributes.epsilon,
    attributes.relu ? 1 : 0,
  );
  return [y];
});
