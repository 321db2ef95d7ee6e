import { DepthwiseConv2dNativeBackpropFilter } from '@tensorflow/tfjs-core';
import { depthwiseFilterGrad as compute } from '../depthwise-grad.ts';
import type { ConvAttributes } from '../geometry.ts';
import { convShapes, imagesOf } from '../geometry.ts';
import { kernel, sizeOf } from './kernel.ts';

type Attributes = ConvAttributes & { readonly filterShape: readonly number[] };

/** {x [N, H, W, C], dy [N, OH, OW, C·M]} → dw [KH, KW, C, M]. Stock TensorFlow.js has none on WASM. */
export const depthwiseFilterGrad = kernel<Attributes>(DepthwiseConv2dNativeBackpropFilter, (call) => {
  const { attributes, runtime, kernels, input, output, address } = call;
  const x = input('x');
  const dy = input('dy');
  const shapes = convShapes(x.shape, attributes.filterShape, attributes, true);
  const dw = output(shapes.filterShape);
  if (shapes.empty) kernels.fill(address(dw), sizeOf(dw) * 4);
  else compute(runtime, shapes.geometry, imagesOf(x, address(x)), address(dy), address(dw));
  return dw;
});
