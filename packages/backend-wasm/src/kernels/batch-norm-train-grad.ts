import type { BatchNormAttributes } from './batch-norm-train.ts';
import { rowsAndChannels } from './batch-norm-train.ts';
import { assertSameShape, kernel } from './kernel.ts';

/**
 * {dy […, C], x […, C], gamma, beta, mean, variance [C]} → [dx […, C], dgamma [C], dbeta [C]]. With `relu` the mask is
 * recomputed from x by the forward formula, so y need not be kept.
 */
export const batchNormTrainGrad = kernel<BatchNormAttributes>('CairnBatchNormTrainGrad', (call) => {
  const { attributes, runtime, kernels, input, output, address } = call;
  const x = input('x');
  const dy = input('dy');
  assertSameShape('CairnBatchNormTrainGrad', dy, x);
  const { rows, channels } = rowsAndChannels(x);
  const dx = output(x.shape);
  const dgamma = output([channels]);
  const dbeta = output([channels]);
  const [scale, sums, factors] = runtime.scratch(channels * 4, channels * 16, channels * 8);
  const beta = address(input('beta'));
  const mean = address(input('mean'));
  const variance = address(input('variance'));
  const { epsilon } = attributes;
  const relu = attributes.relu ? 1 : 0;
  kernels.batchNormGradSums(
    address(dy),
    address(x),
    address(input('gamma')),
    beta,
    mean,
    variance,
    scale,
    sums,
    address(dgamma),
    address(dbeta),
    rows,
    channels,
    epsilon,
    relu,
  );
  kernels.batchNormGradApply(
    address(dy),
    address(x),
    address(dx),
    beta,
    mean,
    variance,
    scale,
    factors,
    address(dgamma),
    address(dbeta),
    rows,
    channels,
    epsilon,
    relu,
  );
  return [dx, dgamma, dbeta];
});
