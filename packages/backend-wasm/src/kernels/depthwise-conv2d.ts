import { DepthwiseConv2dNative } from '@tensorflow/tfjs-core';
import { depthwiseForward } from '../depthwise-pass.ts';
import type { ConvAttributes } from '../geometry.ts';
import { convShapes, imagesOf } from '../geometry.ts';
import { kernel, sizeOf } from './kernel.ts';

/**
 * {x [N, H, W, C], filter [KH, KW, C, M]} → [N, OH, OW, C·M]. Replaces the stock kernel. A multiplier is the case of
 * multiplier 1 on an input that repeats its channels.
 */
export const depthwiseConv2d = kernel<ConvAttributes>(DepthwiseConv2dNative, (call) => {
  const { attributes, runtime, kernels, input, output, release, address } = call;
  const x = input('x');
  const filter = input('filter');
  const { empty, geometry, outShape } = convShapes(x.shape, filter.shape, attributes, true);
  const y = output(outShape);
  if (empty) {
    kernels.fill(address(y), sizeOf(y) * 4);
    return y;
  }
  const { inChannels, outChannels } = geometry;
  const plain = { ...geometry, inChannels: outChannels };
  if (inChannels === outChannels) {
    depthwiseForward(runtime, plain, imagesOf(x, address(x)), address(filter), address(y));
    return y;
  }
  const wide = output([...x.shape.slice(0, 3), outChannels]);
  const multiplier = outChannels / inChannels;
  const pixels = sizeOf(x) / inChannels;
  kernels.copyPerMultiplier(address(x), address(wide), pixels, inChannels, multiplier, outChannels);
  depthwiseForward(runtime, plain, imagesOf(wide, address(wide)), address(filter), address(y));
  release(wide);
  return y;
});
