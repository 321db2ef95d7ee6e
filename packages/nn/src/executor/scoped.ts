import { tidy, type TensorContainer } from '@tensorflow/tfjs-core';

/** `tidy` for a result that is an interface with tensors inside. */
export function scoped<T>(compute: () => T): T {
  return tidy(compute as () => TensorContainer) as T;
}
