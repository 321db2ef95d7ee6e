/** PyTorch's layouts on the host, the executor's on the backend. */
import type { HostTensor, Shape } from '@cairn/core';
import { product } from '../operations/operation.ts';
import type { ArrayPlan } from '../graph/array-specs.ts';

/** The numbers in the executor's order. */
export function toBackendOrder(data: HostTensor['data'], { shape, layout }: ArrayPlan): HostTensor['data'] {
  return layout === undefined ? data : permute(data, shape, layout.permutation);
}

/** The numbers in PyTorch's order. */
export function toHostOrder(data: HostTensor['data'], { shape, layout }: ArrayPlan): HostTensor['data'] {
  if (layout === undefined) return data;
  const { permutation } = layout;
  const permuted = permutation.map((axis) => shape[axis] ?? 1);
  const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
  return permute(data, permuted, inverse);
}

export function backendShape({ shape, layout }: ArrayPlan): number[] {
  return [...(layout?.shape ?? shape)];
}

/** A transposed copy: axis i of the result is axis permutation[i] of the source. */
export function permute<T extends HostTensor['data']>(
  data: T,
  shape: Shape,
  permutation: readonly number[],
): T {
  const strides = permutation.map((axis) => product(shape.slice(axis + 1)));
  const sizes = permutation.map((axis) => shape[axis] ?? 1);
  const result = data.slice() as T;
  const index = sizes.map(() => 0);
  let source = 0;
  for (let i = 0; i < result.length; i++) {
    result[i] = data[source] ?? 0;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      const size = sizes[axis] ?? 1,
        stride = strides[axis] ?? 0;
      source += stride;
      index[axis] = (index[axis] ?? 0) + 1;
      if (index[axis] !== size) break;
      source -= stride * size;
      index[axis] = 0;
    }
  }
  return result;
}
