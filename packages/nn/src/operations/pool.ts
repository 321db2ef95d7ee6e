/** What the two pools have in common. */
import type { Shape } from '@cairn/core';
import { engine, type Tensor } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { Refusal } from './operation.ts';
import { windowShape, type Window } from './window.ts';

const whole = z.number().int();

/** PyTorch's settings but `dilation` and `ceil_mode`. */
export const poolFields = {
  /** Side of the square window, at least 2: one of 1 pools nothing, and not every backend has it. */
  kernel: whole.min(2),
  /** @default the kernel */
  stride: whole.positive().optional(),
  /** On each of the four sides, at most half the kernel. */
  padding: whole.nonnegative().default(0),
};

/** With the stride that PyTorch takes where none is given. */
export function withStride<A extends { kernel: number; stride?: number | undefined }>(
  attributes: A,
): A & { readonly stride: number } {
  return { ...attributes, stride: attributes.stride ?? attributes.kernel };
}

export function poolShape(input: Shape, window: Window): Shape | Refusal {
  const { kernel, padding } = window;
  if (2 * padding > kernel)
    return { refused: `padding ${padding}`, accepted: `at most ${Math.floor(kernel / 2)}, half the kernel` };
  const area = windowShape(input, window);
  return 'refused' in area ? area : [...area, input[2] ?? 0];
}

/** A pooling kernel of the active backend; TensorFlow.js exports no operation for the gradients. */
export function poolKernel(name: string, inputs: Record<string, Tensor>, window: Window): Tensor {
  const { kernel, stride, padding } = window;
  return engine().runKernel(name, inputs, {
    filterSize: [kernel, kernel],
    strides: [stride, stride],
    pad: padding,
  });
}
