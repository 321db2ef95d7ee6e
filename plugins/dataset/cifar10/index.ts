import { definePlugin } from '@cairn/core';
import { z } from 'zod';
import { cifar10Source, cifar10Spec, cifar10Splits } from './cifar10.ts';

export * from './cifar10.ts';

/** CIFAR-10 from its official binary archive. */
export const cifar10 = definePlugin({
  kind: 'dataset',
  id: 'cifar10',
  summary: '50,000 + 10,000 colour images of 32×32 in 10 classes',
  paper: 'Krizhevsky 2009, Learning multiple layers of features from tiny images',
  options: z.strictObject({
    limit: z.int().min(0).max(5000).default(0),
    testLimit: z.int().min(0).max(1000).default(0),
  }),
  create: (options) => ({
    spec: cifar10Spec,
    source: cifar10Source,
    open: async (context) => cifar10Splits(await context.files(cifar10Source), options),
  }),
});
