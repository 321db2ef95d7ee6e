import type { Span } from '@cairn/core';
import {
  getBackend,
  getKernelsForBackend,
  registerKernel,
  unregisterKernel,
  type KernelConfig,
} from '@tensorflow/tfjs-core';

/**
 * Records the kernels that the active TensorFlow.js backend runs, those that a kernel calls itself as part of it. For
 * backends that compute when they are called, as WASM and plain JavaScript do.
 * @returns stops the recording and gives the spans
 */
export function recordKernels(): () => readonly Span[] {
  const spans: Span[] = [];
  const stock = getKernelsForBackend(getBackend());
  let depth = 0;
  const timed = ({ kernelFunc, ...rest }: KernelConfig): KernelConfig => ({
    ...rest,
    kernelFunc(call) {
      if (depth > 0) return kernelFunc(call);
      depth++;
      const start = performance.now();
      try {
        return kernelFunc(call);
      } finally {
        depth--;
        spans.push({ ...spanOf(rest.kernelName), start, end: performance.now() });
      }
    },
  });
  replace(stock, stock.map(timed));
  return () => {
    replace(stock, stock);
    return spans;
  };
}

function spanOf(kernel: string): Pick<Span, 'kernel' | 'kind' | 'thread'> {
  return { kernel, kind: /conv/i.test(kernel) ? 'convolution' : 'other', thread: 0 };
}

function replace(old: readonly KernelConfig[], kernels: readonly KernelConfig[]): void {
  for (const { kernelName, backendName } of old) unregisterKernel(kernelName, backendName);
  for (const kernel of kernels) registerKernel(kernel);
}
