import { Conv2DBackpropFilter } from '@tensorflow/tfjs-core';
import { convFilterGrad } from '../conv-filter-grad.ts';
import type { ConvAttributes } from '../geometry.ts';
import { convShapes, imagesOf } from '../geometry.ts';
import { kernel, sizeOf } from './kernel.ts';

type Attributes = ConvAttributes & { readonly filterShape: readonly number[] };

/** {x [N, H, W, C], dy [N, OH, OW, O]} → dw [KH, KW, C, O]. Stock TensorFlow.js has none on WASM. */
export const conv2dFilterGrad = kernel<Attributes>(Conv2DBackpropFilter, (call) => {
  const { attributes, runtime, kernels, input, output, address } = call;
  const x = input('x');
  const dy = input('dy');
  const shapes = convShapes(x.shape, attributes.filterShape, attributes, false);
  const dw = output(shapes.filterShape);
  if (shapes.empty) kernels.fill(address(dw), sizeOf(dw) * 4);
  else convFilterGrad(runtime, shapes.geometry, imagesOf(x, address(x)), address(dy), address(dw));
  return dw;
});
