import { definePlugin } from '@cairn/core';
import { z } from 'zod';
import { cifar100Source, cifar100Spec, cifar100Splits } from './cifar100.ts';

export * from './cifar100.ts';

/** CIFAR-100 from its official binary archive. */
export const cifar100 = definePlugin({
  kind: 'dataset',
  id: 'cifar100',
  summary: '50,000 + 10,000 colour images of 32×32 in 100 classes (20 superclasses)',
  paper: 'Krizhevsky 2009, Learning multiple layers of features from tiny images',
  options: z.strictObject({
    limit: z.int().min(0).max(500).default(0),
    testLimit: z.int().min(0).max(100).default(0),
  }),
  create: (options) => ({
    spec: cifar100Spec,
    source: cifar100Source,
    open: async (context) => cifar100Splits(await context.files(cifar100Source), options),
  }),
});
