import { backend_util, Einsum, mul, reshape, sum, tidy, transpose } from '@tensorflow/tfjs-core';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { kernel } from './kernel.ts';

interface Attributes {
  readonly equation: string;
}

/** Transposes a term to the order of all remaining dimensions and gives it size 1 where it lacks one. */
function aligned(term: Tensor, dimensions: number, dimensionIds: number[]): Tensor {
  const { permutationIndices, expandDims } = backend_util.getEinsumPermutation(dimensions, dimensionIds);
  const ordered = transpose(term, permutationIndices);
  const shape = ordered.shape.slice();
  for (const axis of expandDims) shape.splice(axis, 0, 1);
  return reshape(ordered, shape);
}

function contract(equation: string, terms: readonly Tensor[]): Tensor {
  const { allDims, summedDims, idDims } = backend_util.decodeEinsumEquation(equation, terms.length);
  backend_util.checkEinsumDimSizes(allDims.length, idDims, [...terms]);
  const { path, steps } = backend_util.getEinsumComputePath(summedDims, idDims);
  let remaining = allDims.length;
  let out: Tensor | undefined;
  steps.forEach((step, i) => {
    for (const term of step) {
      const next = aligned(terms[term] as Tensor, remaining, idDims[term] as number[]);
      out = out === undefined ? next : mul(next, out);
    }
    const axis = path[i] ?? -1;
    if (i < steps.length - 1) {
      if (axis >= 0) out = sum(out as Tensor, axis - (allDims.length - remaining));
      remaining--;
    }
  });
  return out as Tensor;
}

/** `tf.einsum`, forward only (TensorFlow.js has no gradient for it on any backend), composed of stock kernels. */
export const einsum = kernel<Attributes>(Einsum, ({ attributes, inputs }): TensorInfo => {
  const terms = Object.values(inputs) as Tensor[];
  return tidy(() => contract(attributes.equation, terms));
});
