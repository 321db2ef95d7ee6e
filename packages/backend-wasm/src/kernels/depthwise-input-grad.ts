import { DepthwiseConv2dNativeBackpropInput } from '@tensorflow/tfjs-core';
import { depthwiseInputGrad as scatter } from '../depthwise-grad.ts';
import { depthwiseInputGrad as gather } from '../depthwise-pass.ts';
import type { ConvAttributes } from '../geometry.ts';
import { convShapes, imagesOf } from '../geometry.ts';
import { kernel, sizeOf } from './kernel.ts';

type Attributes = ConvAttributes & { readonly inputShape: readonly number[] };

/** {dy [N, OH, OW, C·M], filter [KH, KW, C, M]} → dx [N, H, W, C]. Stock TensorFlow.js has none on WASM. */
export const depthwiseInputGrad = kernel<Attributes>(DepthwiseConv2dNativeBackpropInput, (call) => {
  const { attributes, runtime, kernels, input, output, address } = call;
  const dy = input('dy');
  const filter = input('filter');
  const shapes = convShapes(attributes.inputShape, filter.shape, attributes, true);
  const { geometry } = shapes;
  const dx = output(shapes.inShape);
  if (shapes.empty) kernels.fill(address(dx), sizeOf(dx) * 4);
  else
    (geometry.inChannels === geometry.outChannels ? gather : scatter)(
      runtime,
      geometry,
      imagesOf(dy, address(dy)),
      address(filter),
      address(dx),
    );
  return dx;
});
