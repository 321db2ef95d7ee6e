/**
 * CIFAR ResNets as RepDistiller builds them (`models/resnet.py`): basic blocks, and a 1×1 convolution with batch
 * normalisation as the shortcut wherever stride or width changes. He et al., arXiv 1512.03385, section 4.2.
 */
import type { Initializer, NetworkGraph, Task } from '@cairn/core';
import { graphBuilder, type GraphBuilder, type Value } from '@cairn/nn';
import { z } from 'zod';

export const resnetOptions = z.strictObject({
  /** 6n + 2: three stages of n blocks of two convolutions, the stem and the classifier. */
  depth: z
    .int()
    .min(8)
    .refine((depth) => depth % 6 === 2, '6n + 2: 8, 14, 20, 26, 32, 44, 56, 110, …')
    .default(20)
    .describe('6n + 2: 8, 14, 20, 32, 44, 56, 110'),
  /** Channels of the stem and the first stage; the later stages have 2 and 4 times as many. */
  width: z.int().positive().default(16),
  /** 4 makes the stages four times and the stem twice as wide: resnet8x4, resnet32x4. */
  widen: z.literal([1, 4]).default(1),
});
export type ResnetOptions = z.output<typeof resnetOptions>;

const CONVOLUTION: Readonly<Record<string, Initializer>> = { weight: { kind: 'kaiming-normal', fan: 'out' } };

/**
 * The graph of a ResNet for images of any size from 8×8. Outputs: `logits`, `embedding` (pooled). Taps: `f0` (stem),
 * `f1`, `f2`, `f3` (stages), each also before its ReLU as `f1.pre`, `f2.pre`, `f3.pre`.
 */
export function resnet(task: Task, { depth, width, widen }: ResnetOptions): NetworkGraph {
  const b = graphBuilder(task);
  const stem = convolution(b, 'conv1', 'bn1', b.input, {
    channels: widen === 1 ? width : 2 * width,
    kernel: 3,
    padding: 1,
  });
  let x = b.tap('f0', b.relu('relu', stem));
  for (const stage of [1, 2, 3]) {
    const channels = width * widen * 2 ** (stage - 1);
    const blocks = (depth - 2) / 6;
    for (let i = 0; i < blocks; i++) {
      const stride = stage > 1 && i === 0 ? 2 : 1;
      const sum = blockSum(b, `layer${stage}.${i}`, x, channels, stride);
      if (i === blocks - 1) b.tap(`f${stage}.pre`, sum);
      x = b.relu(`layer${stage}.${i}.relu2`, sum);
    }
    b.tap(`f${stage}`, x);
  }
  const pooled = b.output('embedding', b.globalAveragePool('avgpool', x));
  b.output('logits', b.linear('fc', pooled, { units: task.classes }));
  return b.build();
}

/** A basic block up to its last ReLU. */
function blockSum(b: GraphBuilder, id: string, x: Value, channels: number, stride: number): Value {
  const first = { channels, kernel: 3, stride, padding: 1 };
  const hidden = b.relu(`${id}.relu1`, convolution(b, `${id}.conv1`, `${id}.bn1`, x, first));
  const main = convolution(b, `${id}.conv2`, `${id}.bn2`, hidden, { channels, kernel: 3, padding: 1 });
  const changes = stride !== 1 || x.shape[2] !== channels;
  const shortcut = changes
    ? convolution(b, `${id}.downsample.0`, `${id}.downsample.1`, x, { channels, kernel: 1, stride })
    : x;
  return b.add(`${id}.add`, [main, shortcut]);
}

interface Window {
  readonly channels: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly padding?: number;
}

function convolution(b: GraphBuilder, conv: string, norm: string, x: Value, window: Window): Value {
  return b.batchNorm(norm, b.conv2d(conv, x, { ...window }, CONVOLUTION));
}
