import { definePlugin } from '@cairn/core';
import { z } from 'zod';
import { texturesSpec, texturesSplits } from './textures.ts';

export * from './classes.ts';
export * from './textures.ts';

/** Made textures in superclasses: a data set without a file. */
export const textures = definePlugin({
  kind: 'dataset',
  id: 'textures',
  summary: 'made colour textures in superclasses; no file, any size and difficulty',
  paper: 'ours',
  options: z.strictObject({
    superclasses: z.int().min(2).max(10).default(5),
    subclasses: z.int().min(1).max(8).default(4),
    trainPerClass: z.int().min(1).default(150),
    testPerClass: z.int().min(1).default(100),
    size: z.literal([16, 32]).default(16),
    difficulty: z.number().min(0).max(1).default(0.55),
    labelNoise: z.number().min(0).max(1).default(0),
    seed: z.int().min(0).default(0),
  }),
  create: (options) => ({
    spec: texturesSpec(options),
    open: () => texturesSplits(options),
  }),
});
