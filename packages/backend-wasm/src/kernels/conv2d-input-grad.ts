import { Conv2DBackpropInput } from '@tensorflow/tfjs-core';
import { convInputGrad } from '../conv-pass.ts';
import type { ConvAttributes } from '../geometry.ts';
import { convShapes, imagesOf } from '../geometry.ts';
import { kernel, sizeOf } from './kernel.ts';

type Attributes = ConvAttributes & { readonly inputShape: readonly number[] };

/** {dy [N, OH, OW, O], filter [KH, KW, C, O]} → dx [N, H, W, C]. Replaces the stock kernel. */
export const conv2dInputGrad = kernel<Attributes>(Conv2DBackpropInput, (call) => {
  const { attributes, runtime, kernels, input, output, address } = call;
  const dy = input('dy');
  const filter = input('filter');
  const shapes = convShapes(attributes.inputShape, filter.shape, attributes, false);
  const dx = output(shapes.inShape);
  if (shapes.empty) kernels.fill(address(dx), sizeOf(dx) * 4);
  else convInputGrad(runtime, shapes.geometry, imagesOf(dy, address(dy)), address(filter), address(dx));
  return dx;
});
