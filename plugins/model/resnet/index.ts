import { definePlugin } from '@cairn/core';
import { resnet as graph, resnetOptions } from './resnet.ts';

/** `resnet({ depth: 20 })`: a CIFAR ResNet. */
export const resnet = definePlugin({
  kind: 'model',
  id: 'resnet',
  summary: 'CIFAR ResNet with 6n + 2 layers, also four times as wide',
  paper: 'He et al., arXiv 1512.03385, section 4.2; shortcuts and initialisation as in RepDistiller',
  options: resnetOptions,
  create: (options) => ({ graph: (task) => graph(task, options) }),
});

export { resnet as resnetGraph, resnetOptions, type ResnetOptions } from './resnet.ts';
