/**
 * Stock kernels of TensorFlow.js 4.22 on WASM whose results are wrong (compared with central differences and with the
 * CPU backend). An error is better than a network that quietly learns something else.
 */
import { BackendError } from '@cairn/core';
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { kernel } from './kernel.ts';

const wrong: Readonly<Record<string, string>> = {
  Conv3DBackpropInputV2: 'its gradient differs from central differences',
  MaxPoolWithArgmax: 'windows without a positive value give 0',
  MaxPool3D: 'windows without a positive value give 0',
  MaxPool3DGrad: 'windows without a positive value lose their gradient',
  Dilation2D: 'values below 0 are dropped',
  Dilation2DBackpropInput: 'values below 0 are dropped',
  Dilation2DBackpropFilter: 'values below 0 are dropped',
};

export const refusedKernels: readonly KernelConfig[] = Object.entries(wrong).map(([name, reason]) =>
  kernel(name, () => {
    throw new BackendError(
      'CAIRN_BACKEND_KERNEL',
      `TensorFlow.js 4.22 computes ${name} wrongly on WASM (${reason}).`,
      {
        fix: 'Run this part on another backend, or compose it of other operations.',
      },
    );
  }),
);
