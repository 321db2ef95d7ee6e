import { definePlugin } from '@cairn/core';
import { z } from 'zod';
import { cutAndMirror, drawCropFlip } from './crop-flip.ts';

export * from './crop-flip.ts';

/** Random crop and horizontal flip: the augmentation of nearly all published CIFAR numbers. */
export const cropFlip = definePlugin({
  kind: 'augmentation',
  id: 'crop-flip',
  summary: 'random crop with zero padding, then horizontal flip',
  paper: 'RepDistiller, CIFAR-100 loader',
  options: z.strictObject({
    padding: z.int().min(0).max(32).default(4),
    flip: z.boolean().default(true),
  }),
  create: (options) => ({
    apply: (from, to, image, random) =>
      cutAndMirror(from, to, image, drawCropFlip(options, random), options.padding),
  }),
});
