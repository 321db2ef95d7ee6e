import { UnsortedSegmentSum } from '@tensorflow/tfjs-core';
import { assertType, kernel, sizeOf } from './kernel.ts';

interface Attributes {
  readonly numSegments: number;
}

/**
 * {x [S…, I…], segmentIds int32 [S…]} → [numSegments, I…]: sums the rows with the same id; rows whose id is outside
 * the range are dropped. It is the gradient of `tf.gather`. Stock TensorFlow.js has none on WASM.
 */
export const segmentSum = kernel<Attributes>(
  UnsortedSegmentSum,
  ({ attributes, kernels, input, output, address }) => {
    const x = input('x');
    const ids = input('segmentIds');
    const dtype = x.dtype === 'int32' ? 'int32' : 'float32';
    assertType(UnsortedSegmentSum, x, dtype);
    assertType(UnsortedSegmentSum, ids, 'int32');
    const inner = x.shape.slice(ids.shape.length);
    const out = output([attributes.numSegments, ...inner], dtype);
    const width = inner.reduce((product, size) => product * size, 1);
    kernels.segmentSum(
      address(x),
      address(ids),
      address(out),
      sizeOf(ids),
      width,
      attributes.numSegments,
      dtype === 'int32' ? 1 : 0,
    );
    return out;
  },
);
