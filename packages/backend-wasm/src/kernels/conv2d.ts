import { Conv2D } from '@tensorflow/tfjs-core';
import { convForward } from '../conv-pass.ts';
import type { ConvAttributes } from '../geometry.ts';
import { convShapes, imagesOf } from '../geometry.ts';
import { kernel, sizeOf } from './kernel.ts';

/** {x [N, H, W, C], filter [KH, KW, C, O]} → [N, OH, OW, O]. Replaces the stock kernel. */
export const conv2d = kernel<ConvAttributes>(
  Conv2D,
  ({ attributes, runtime, kernels, input, output, address }) => {
    const x = input('x');
    const filter = input('filter');
    const shapes = convShapes(x.shape, filter.shape, attributes, false);
    const y = output(shapes.outShape);
    if (shapes.empty) kernels.fill(address(y), sizeOf(y) * 4);
    else convForward(runtime, shapes.geometry, imagesOf(x, address(x)), address(filter), address(y));
    return y;
  },
);
